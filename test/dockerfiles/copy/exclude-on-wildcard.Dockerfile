FROM busybox
COPY --exclude=other.* *.txt /d/
