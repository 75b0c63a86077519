FROM busybox
RUN --network=none ls /sys/class/net | tr '\n' ' ' >/net; true
