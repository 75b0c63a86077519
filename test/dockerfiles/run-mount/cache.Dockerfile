FROM busybox
RUN --mount=type=cache,target=/cache echo x >/cache/x && stat -c '%a %u:%g' /cache >/stat
RUN --mount=type=cache,target=/cache cat /cache/x >/out
