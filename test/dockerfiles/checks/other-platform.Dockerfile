FROM --platform=$TARGETPLATFORM busybox AS a
FROM a
COPY hello.txt /
