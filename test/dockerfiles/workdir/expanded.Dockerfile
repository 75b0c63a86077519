FROM busybox
ENV d=/data n=1
WORKDIR $d/${n}x
