FROM busybox
RUN mkdir -p /a/b && ln -s ../../../../etc /a/b/up
COPY hello.txt /a/b/up/hello.txt
