FROM busybox
RUN --mount=type=secret,id=none ls /run/secrets/none >/dev/null 2>&1; echo $? >/out
