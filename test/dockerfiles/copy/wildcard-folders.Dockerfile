FROM busybox
COPY d* /t/
