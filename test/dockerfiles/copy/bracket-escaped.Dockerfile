FROM busybox
COPY names/[[]bracket].txt /a
