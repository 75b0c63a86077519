FROM busybox
RUN mkdir /d && echo x >/d/sub
COPY dir /d
