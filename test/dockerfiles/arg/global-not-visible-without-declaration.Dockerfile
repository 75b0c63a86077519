ARG VERSION=1.2
FROM busybox
RUN echo "[$VERSION]" >/v
