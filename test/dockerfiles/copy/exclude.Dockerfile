FROM busybox
COPY --exclude=*.md --exclude=**/deep dir /d
