FROM busybox
RUN --mount=type=secret,id=s,target=/new/s --mount=type=secret,id=t true
