FROM busybox
RUN --mount=source=linkdir,target=/m ls /m >/out
RUN --mount=source=linkfile,target=/f cat /f >>/out
