FROM busybox
RUN --mount=type=secret,id=none,env=TOKEN echo "[${TOKEN-unset}]" >/out
