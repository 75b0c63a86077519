FROM busybox
LABEL a=1 b=1
LABEL a=2
