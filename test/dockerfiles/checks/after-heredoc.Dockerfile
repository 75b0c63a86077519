FROM busybox
COPY <<EOF /a
$nope
EOF
RUN <<EOF
echo $x
EOF
CMD run
