FROM busybox
USER nosuchuser
COPY hello.txt /
