FROM busybox AS a
RUN echo 1 >/one
FROM busybox AS a
RUN echo 2 >/two
FROM a
