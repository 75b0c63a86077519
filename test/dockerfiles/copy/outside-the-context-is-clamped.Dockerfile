FROM busybox
COPY ../../hello.txt /a
COPY /hello.txt /b
COPY ./dir/../other.txt /c
