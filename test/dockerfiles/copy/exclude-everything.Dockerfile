FROM busybox
COPY --exclude=* dir /d
COPY --exclude=** dir /e
