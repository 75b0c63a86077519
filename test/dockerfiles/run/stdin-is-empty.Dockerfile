FROM busybox
RUN wc -c >/stdin-size
