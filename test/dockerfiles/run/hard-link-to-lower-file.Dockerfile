FROM busybox
COPY hello.txt /a
RUN ln /a /b
