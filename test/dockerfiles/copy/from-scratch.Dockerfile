FROM busybox
COPY --from=scratch / /s
