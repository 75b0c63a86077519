FROM busybox
COPY --chown=5:6 dir /tmp/
