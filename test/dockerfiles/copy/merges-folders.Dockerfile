FROM busybox
RUN mkdir -m 700 /d && chown 3:3 /d && echo own >/d/own
COPY dir /d
