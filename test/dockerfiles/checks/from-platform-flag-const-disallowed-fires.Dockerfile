FROM --platform=linux/amd64 busybox AS one
RUN true
FROM busybox
