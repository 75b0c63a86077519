FROM busybox
RUN cat >/out <<EOF
# no comment

  two  blanks \
 joined
EOF 
 FROM no
EOF
RUN <<EOF
  # a comment of the shell
echo a \
  b >/joined

EOF
