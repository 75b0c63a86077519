FROM busybox
ADD nowhere /
