FROM busybox AS one
COPY --from=two /etc/passwd /x
FROM busybox AS two
