FROM busybox
COPY --chown=nobody:users hello.txt /a
COPY --chown=daemon dir /b
