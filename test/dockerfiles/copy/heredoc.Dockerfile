FROM busybox
ENV N=name
COPY <<EOF /etc/$N.conf
value=$N
esc=\$N
EOF
