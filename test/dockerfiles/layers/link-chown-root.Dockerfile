FROM busybox
COPY --link --chown=root:root hello.txt /tmp/x
COPY --link --chown=root:7 hello.txt /tmp/y
