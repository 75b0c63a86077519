FROM busybox
ENV V=value
RUN cat <<'EOF' >/quoted
$V
EOF
RUN cat <<EOF >/plain
$V
EOF
