FROM busybox
COPY --chmod=4711 hello.txt /a
COPY --chmod=0750 dir /d
