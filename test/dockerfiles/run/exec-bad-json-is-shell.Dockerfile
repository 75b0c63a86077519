FROM busybox
RUN ['sh', '-c', 'true'] || echo shell >/out
