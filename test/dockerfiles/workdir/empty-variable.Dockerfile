FROM busybox
WORKDIR /a
WORKDIR $nothing
