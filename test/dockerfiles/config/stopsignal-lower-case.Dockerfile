FROM busybox
STOPSIGNAL sigint
