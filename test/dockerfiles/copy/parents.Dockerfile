FROM busybox
COPY --parents dir/sub/three.txt dir/one.txt /d/
