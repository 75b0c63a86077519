FROM busybox
RUN --mount=type=secret,env=TOKEN true
