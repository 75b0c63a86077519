FROM busybox
RUN --mount=source=dir,target=/etc ls /etc >/out
RUN ls /etc | head -1 >/out2
