FROM busybox
COPY . /d
