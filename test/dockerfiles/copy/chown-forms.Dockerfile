FROM busybox
COPY --chown=5: hello.txt /a
COPY --chown=root hello.txt /b
COPY --chown=1:users hello.txt /c
COPY --chown=nobody:7 hello.txt /d
COPY --chown=0777:010 hello.txt /e
