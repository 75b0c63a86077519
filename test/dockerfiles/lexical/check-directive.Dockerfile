# check=skip=all
FROM busybox as x
RUN echo x >/x
