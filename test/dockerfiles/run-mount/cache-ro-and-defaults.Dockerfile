FROM busybox
RUN --mount=type=cache,id=parity-defaults,target=/c,uid=5 stat -c "%a %u:%g" /c >/stat
RUN --mount=type=cache,id=parity-defaults,target=/c,ro=true touch /c/x 2>/dev/null || echo ro >/out
