FROM busybox
RUN echo x >/f
COPY dir /f
