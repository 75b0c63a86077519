FROM busybox
RUN <<  EOF
mkdir /a
echo x >/a/b
EOF
RUN cat << EOF >/c
c
EOF
RUN cat << -EOF >/d
d
-EOF
