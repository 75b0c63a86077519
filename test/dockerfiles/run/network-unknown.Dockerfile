FROM busybox
RUN --network=other true
