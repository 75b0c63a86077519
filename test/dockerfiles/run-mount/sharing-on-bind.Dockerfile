FROM busybox
RUN --mount=target=/x,sharing=locked true
