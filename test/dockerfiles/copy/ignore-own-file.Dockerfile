FROM busybox
COPY *.log /d/
