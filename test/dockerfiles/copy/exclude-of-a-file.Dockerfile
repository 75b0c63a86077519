FROM busybox
COPY --exclude=hello.txt hello.txt other.txt /d/
COPY --exclude=dir/sub . /e/
