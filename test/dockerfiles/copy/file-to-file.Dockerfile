FROM busybox
COPY hello.txt /a
