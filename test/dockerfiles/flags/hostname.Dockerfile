FROM busybox
RUN hostname >/hostname
