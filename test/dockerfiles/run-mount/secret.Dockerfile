FROM busybox
RUN --mount=type=secret,id=s cat /run/secrets/s | wc -c >/out && stat -c '%a %u:%g' /run/secrets/s >/stat
