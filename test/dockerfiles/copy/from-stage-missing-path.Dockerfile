FROM busybox AS x
FROM busybox
COPY --from=x /no/such/path /
