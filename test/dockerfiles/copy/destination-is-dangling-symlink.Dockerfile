FROM busybox
RUN ln -s /missing /sym
COPY hello.txt /sym/file
