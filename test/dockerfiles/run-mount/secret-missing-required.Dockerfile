FROM busybox
RUN --mount=type=secret,id=none,required true
