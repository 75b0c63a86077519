FROM busybox
ADD hello.txt dir /d/
