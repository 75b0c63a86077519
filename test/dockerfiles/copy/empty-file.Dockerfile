FROM busybox
COPY empty.txt /
