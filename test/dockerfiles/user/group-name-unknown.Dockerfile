FROM busybox
USER 5:nosuch
RUN id
