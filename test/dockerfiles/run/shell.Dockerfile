FROM busybox
RUN echo hello >/out && exit 0
