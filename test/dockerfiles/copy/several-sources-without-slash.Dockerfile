FROM busybox
COPY hello.txt other.txt /d
