FROM busybox
RUN --mount=source=../../dir,target=/m ls /m >/out
