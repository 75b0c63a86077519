FROM busybox
ENV A=1 B=$A A=2
ENV A=3
