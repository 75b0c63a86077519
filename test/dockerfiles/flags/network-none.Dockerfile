FROM busybox
RUN ls /sys/class/net >/net
