FROM busybox AS a.b-c_1
RUN echo 1 >/f
FROM a.b-c_1
