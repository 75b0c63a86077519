FROM busybox
COPY --chown=0:nosuch hello.txt /a
