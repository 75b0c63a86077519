FROM busybox
RUN --mount=target=/x,mode=0700 true
