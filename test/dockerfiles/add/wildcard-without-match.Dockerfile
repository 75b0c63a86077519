FROM busybox
ADD *.nothing /t/
