FROM busybox
RUN --mount=type=bind,source=dir true
