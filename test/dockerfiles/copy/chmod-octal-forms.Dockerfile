FROM busybox
COPY --chmod=7 hello.txt /a
COPY --chmod=0 hello.txt /b
COPY --chmod=07777 hello.txt /c
COPY --chmod=1777 dir /d
