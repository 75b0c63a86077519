FROM busybox AS scratch
COPY hello.txt /one
FROM scratch
COPY other.txt /two
