FROM busybox AS first
RUN exit 1
FROM busybox
COPY --from=first hello.txt /
