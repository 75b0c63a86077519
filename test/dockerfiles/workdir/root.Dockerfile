FROM busybox
WORKDIR /
