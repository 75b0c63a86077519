FROM busybox
ENV a=1
ENV b=${a/1}
