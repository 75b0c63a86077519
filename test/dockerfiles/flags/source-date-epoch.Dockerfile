FROM busybox
RUN echo clamped >/clamped
COPY hello.txt /
