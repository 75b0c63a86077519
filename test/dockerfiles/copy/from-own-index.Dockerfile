FROM busybox
COPY --from=0 /etc/passwd /x
