FROM busybox
COPY names/with\ space.txt /a
