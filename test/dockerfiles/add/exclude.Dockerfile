FROM busybox
ADD --exclude=*.md dir /d
