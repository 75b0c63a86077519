FROM busybox
RUN touch /b && chown 3000000000:3000000000 /b
