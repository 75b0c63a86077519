FROM busybox
COPY --chown= --chmod= hello.txt /a
