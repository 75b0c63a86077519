FROM busybox
RUN --mount=type=cache,target=/x,size=1m true
