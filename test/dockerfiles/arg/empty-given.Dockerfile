FROM busybox
ARG A=default
RUN echo "[$A]" >/a
