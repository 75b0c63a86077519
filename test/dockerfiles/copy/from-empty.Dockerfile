FROM busybox
COPY --from= hello.txt /a
