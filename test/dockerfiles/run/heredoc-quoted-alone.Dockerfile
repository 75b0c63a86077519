FROM busybox
ENV V=value
RUN <<"EOF"
echo $V >/v
EOF
RUN <<EOF
echo $V \$V >/w
EOF
