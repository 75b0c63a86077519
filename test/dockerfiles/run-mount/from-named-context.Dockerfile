FROM busybox
RUN --mount=from=more,target=/m ls -a /m >/out
RUN --mount=from=more,source=sub,target=/s ls /s >>/out
