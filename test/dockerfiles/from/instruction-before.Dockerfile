ENV a=b
FROM busybox
