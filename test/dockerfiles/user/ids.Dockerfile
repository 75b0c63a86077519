FROM busybox
USER 1234:5678
RUN id >/tmp/u
