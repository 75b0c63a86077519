FROM busybox
FORM busybox
