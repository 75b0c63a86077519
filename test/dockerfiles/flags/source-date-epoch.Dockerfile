FROM busybox
RUN echo x >/x
COPY hello.txt /
