FROM busybox
WORKDIR /w
RUN cd / && rmdir /w
RUN pwd >/pwd
