FROM busybox
RUN cat <<EOF >/out && echo done >>/out
hello $HOME
EOF
