FROM busybox
ADD x.tar /t/
