FROM busybox
WORKDIR /with space/in it
COPY hello.txt ./
