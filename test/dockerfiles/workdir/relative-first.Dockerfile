FROM busybox
WORKDIR x/y
COPY hello.txt .
