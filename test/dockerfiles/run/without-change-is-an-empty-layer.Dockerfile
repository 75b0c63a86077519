FROM busybox
RUN true
RUN echo x >/x
