FROM busybox
ADD <<EOF /f
text
EOF
