FROM busybox AS base
ONBUILD RUN <<EOF
echo here >/h
EOF
FROM base
