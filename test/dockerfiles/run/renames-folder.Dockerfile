FROM busybox
COPY dir /d
RUN mv /d /e && mv /e/sub /e/renamed
