FROM busybox
RUN --mount=TYPE=TMPFS,Target=/t true
