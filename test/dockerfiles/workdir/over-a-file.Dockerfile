FROM busybox
RUN echo x >/file
WORKDIR /file/sub
