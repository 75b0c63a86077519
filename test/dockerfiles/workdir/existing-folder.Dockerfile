FROM busybox
WORKDIR /tmp
WORKDIR /etc
