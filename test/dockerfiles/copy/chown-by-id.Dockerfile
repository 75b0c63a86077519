FROM busybox
COPY --chown=1:2 dir /a
COPY --chown=3 hello.txt /b
COPY --chown=:4 hello.txt /c
