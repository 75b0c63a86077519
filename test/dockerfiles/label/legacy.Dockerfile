FROM busybox
LABEL key some value
