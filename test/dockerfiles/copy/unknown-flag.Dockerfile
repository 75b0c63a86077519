FROM busybox
COPY --chwon=1 hello.txt /
