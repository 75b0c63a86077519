FROM busybox
ENV a.b=1 c-d=2 1e=3 ünï=4
ENV a=$a.b
