FROM busybox AS context
COPY hello.txt /one
FROM busybox
COPY --from=context /one /two
