FROM busybox
RUN --mount=from=no-such-image-anywhere,target=/m true
