FROM busybox
ADD special.tar /t/
