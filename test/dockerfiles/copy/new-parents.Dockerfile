FROM busybox
COPY hello.txt /a/b/c/hello.txt
