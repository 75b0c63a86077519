FROM busybox
RUN cat /dev/fd/3 3<<EOF >/out
three
EOF
