FROM busybox
COPY --from=1 /etc/passwd /x
FROM busybox
