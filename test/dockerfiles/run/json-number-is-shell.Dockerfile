FROM busybox
RUN ["echo", 1] >/out || echo shell >/out
