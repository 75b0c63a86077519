FROM busybox
RUN grep -E 'special|other' /etc/hosts | tr '\t' ' ' >/out
