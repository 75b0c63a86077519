FROM busybox
COPY --from=more . /m
FROM busybox
COPY hello.txt /
