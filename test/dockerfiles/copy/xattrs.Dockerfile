FROM busybox
COPY xattrs /x
