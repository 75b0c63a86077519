FROM busybox
COPY hello.txt /f
COPY hello.txt /f
