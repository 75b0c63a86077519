FROM busybox
RUN test -c /dev/null && test -r /proc/self/status && ls /sys >/dev/null && echo x >/dev/shm/x && echo ok >/ok
