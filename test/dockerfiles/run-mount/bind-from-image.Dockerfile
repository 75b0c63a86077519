FROM scratch AS empty
FROM busybox
RUN --mount=from=alpine:3.19,target=/alpine ls /alpine/etc >/out
