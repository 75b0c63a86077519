FROM busybox
COPY big.bin /
