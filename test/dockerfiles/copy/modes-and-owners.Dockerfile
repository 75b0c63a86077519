FROM busybox
COPY modes owned.txt secret.conf /m/
