FROM busybox
COPY deep-folder-name /deep
