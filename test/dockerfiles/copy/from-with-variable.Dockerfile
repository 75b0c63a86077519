FROM busybox AS x
FROM busybox
ARG S=x
COPY --from=$S /etc/passwd /x
