FROM busybox
COPY dir/**/*.md /m/
