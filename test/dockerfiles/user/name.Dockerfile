FROM busybox
USER daemon
RUN id -u >/tmp/u
