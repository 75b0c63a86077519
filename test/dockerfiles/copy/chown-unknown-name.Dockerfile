FROM busybox
COPY --chown=nosuch hello.txt /a
