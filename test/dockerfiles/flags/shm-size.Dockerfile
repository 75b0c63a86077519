FROM busybox
RUN df -k /dev/shm | awk 'NR==2{print $2}' >/shm
