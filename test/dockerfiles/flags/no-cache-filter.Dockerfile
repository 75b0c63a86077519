FROM busybox AS a
RUN echo a >/a
FROM a
RUN echo b >/b
