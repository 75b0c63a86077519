FROM busybox
RUN --mount=target=/ctx,source=dir cat /ctx/one.txt >/out
