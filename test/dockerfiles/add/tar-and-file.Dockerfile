FROM busybox
ADD plain.tar hello.txt /t/
