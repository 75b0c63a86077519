FROM busybox
RUN --mount=type=tmpfs,target=/t,size=65536 if dd if=/dev/zero of=/t/x bs=1k count=128 2>/dev/null; then echo fits >/out; else echo full >/out; fi
