FROM busybox
COPY links/dangling /a
