FROM busybox
ARG V=*.md
COPY --exclude=$V dir /d
