FROM busybox
SHELL ["/bin/sh", "-e", "-c"]
