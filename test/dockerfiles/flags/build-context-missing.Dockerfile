FROM busybox
COPY --from=more /x /
