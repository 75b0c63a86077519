FROM busybox
ADD --link plain.tar /t/
ADD --link hello.txt /h
