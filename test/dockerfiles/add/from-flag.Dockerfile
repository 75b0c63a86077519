FROM busybox AS x
FROM busybox
ADD --from=x /etc/passwd /
