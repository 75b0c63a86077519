FROM busybox
COPY hello.txt /f
RUN chmod 644 /f
