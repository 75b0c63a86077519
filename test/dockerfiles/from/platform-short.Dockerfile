FROM --platform=arm64 busybox
COPY hello.txt /
