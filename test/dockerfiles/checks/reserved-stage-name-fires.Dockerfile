FROM busybox AS context
FROM busybox AS scratch
RUN true
