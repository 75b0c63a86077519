FROM busybox
RUN cat /etc/os-release >/x
