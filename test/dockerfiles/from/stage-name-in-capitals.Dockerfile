FROM busybox AS First
RUN echo 1 >/f
FROM FIRST AS last
