FROM busybox
ADD plain.tar* /t/
