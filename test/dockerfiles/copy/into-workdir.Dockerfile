FROM busybox
WORKDIR /w
COPY hello.txt .
COPY hello.txt renamed.txt
COPY hello.txt sub/x.txt
