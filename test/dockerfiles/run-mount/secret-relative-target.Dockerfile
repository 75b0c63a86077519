FROM busybox
WORKDIR /w
RUN --mount=type=secret,id=s,target=conf/s.txt wc -c <conf/s.txt >/out
