FROM busybox
USER 1000
COPY hello.txt /tmp/x/
