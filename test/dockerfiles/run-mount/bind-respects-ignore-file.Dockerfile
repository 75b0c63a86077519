FROM busybox
RUN --mount=target=/m find /m | sort >/out
