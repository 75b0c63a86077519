FROM busybox
COPY nowhere.txt /
