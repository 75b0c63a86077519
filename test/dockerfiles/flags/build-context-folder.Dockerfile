FROM busybox
COPY --from=more one.txt /
