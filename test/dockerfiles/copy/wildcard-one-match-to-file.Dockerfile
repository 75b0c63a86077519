FROM busybox
COPY hel*.txt /one
