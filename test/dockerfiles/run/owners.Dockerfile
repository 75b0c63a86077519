FROM busybox
RUN touch /a && chown 65534:100 /a && touch /b && chown 100000:100000 /b
