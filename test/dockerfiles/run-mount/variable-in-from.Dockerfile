FROM busybox AS x
FROM busybox
ARG S=x
RUN --mount=from=$S,target=/m true
