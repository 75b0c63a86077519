FROM busybox
COPY --parents ./dir/./sub/deep/four.txt /d/
COPY --parents dir/./**/*.md /m/
