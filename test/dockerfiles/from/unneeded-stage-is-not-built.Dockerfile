FROM busybox AS broken
RUN exit 7
FROM busybox AS fine
RUN echo fine >/fine
