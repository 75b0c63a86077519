FROM busybox
ENV N=name
ENV $N=1 ${N}2=2
