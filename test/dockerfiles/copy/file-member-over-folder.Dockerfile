FROM busybox
RUN mkdir -p /d/one.txt
COPY dir /d
