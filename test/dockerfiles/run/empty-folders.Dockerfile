FROM busybox
RUN mkdir -p /a/b/c
