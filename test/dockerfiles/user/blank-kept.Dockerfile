FROM busybox
USER $nothing
COPY hello.txt /
