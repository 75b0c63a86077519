FROM busybox
COPY --chmod=99999 hello.txt /
