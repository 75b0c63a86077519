FROM busybox
COPY --chown=1 --chown=2 hello.txt /
