FROM busybox
RUN echo "[$A]" >/a
