FROM busybox
ENV N=name
COPY <<"EOF" /f
$N ${N}
EOF
