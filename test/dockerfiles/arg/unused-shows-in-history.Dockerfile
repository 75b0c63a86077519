FROM busybox
ARG unused=1
RUN echo x >/x
