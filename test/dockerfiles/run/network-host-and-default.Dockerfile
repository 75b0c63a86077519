FROM busybox
RUN --network=default --mount=type=tmpfs,target=/t echo x >/x
RUN --network=host <<EOF
echo y >/y
EOF
