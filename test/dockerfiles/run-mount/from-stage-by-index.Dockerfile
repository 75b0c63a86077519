FROM busybox
FROM busybox
RUN --mount=from=0,target=/m true
