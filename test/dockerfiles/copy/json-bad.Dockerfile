FROM busybox
COPY ["hello.txt", "/j"
