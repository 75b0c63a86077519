FROM busybox AS x
COPY dir /dir
FROM busybox
ARG E=deep
COPY --from=x --exclude=**/$E /dir /d
