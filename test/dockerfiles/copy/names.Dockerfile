FROM busybox
COPY names /n
