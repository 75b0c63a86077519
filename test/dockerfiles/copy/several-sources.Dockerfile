FROM busybox
COPY hello.txt other.txt dir /d/
