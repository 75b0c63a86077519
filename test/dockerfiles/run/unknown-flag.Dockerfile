FROM busybox
RUN --mont=type=cache,target=/x true
