FROM busybox
RUN --mount=target=/ctx touch /ctx/x
