FROM busybox
RUN --mount=type=cache,target=$NOPE/x true
RUN --mount=type=bind,target=/x,source=$NADA true
