FROM busybox
COPY dir /d
RUN chmod 640 /d/one.txt && chown 3:4 /d/sub
