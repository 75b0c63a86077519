FROM busybox
ENV files="hello.txt other.txt"
COPY $files /d/
