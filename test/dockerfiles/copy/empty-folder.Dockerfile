FROM busybox
COPY emptydir /e
COPY emptydir /x/y/
