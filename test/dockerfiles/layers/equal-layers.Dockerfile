FROM busybox
RUN true
RUN echo b
RUN echo c
COPY hello.txt /f
COPY hello.txt /f
RUN ls /f
RUN rm /f
COPY hello.txt /f
WORKDIR /tmp/w
WORKDIR /tmp
RUN rmdir w
WORKDIR /tmp/w
RUN test -f /f
