FROM busybox
COPY hello.txt /f
RUN echo more >>/f
