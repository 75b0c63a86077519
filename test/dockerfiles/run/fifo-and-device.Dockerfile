FROM busybox
RUN mkfifo -m 640 /fifo && mknod -m 600 /null c 1 3
