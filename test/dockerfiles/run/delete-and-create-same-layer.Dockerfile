FROM busybox
RUN echo x >/x && rm /x
