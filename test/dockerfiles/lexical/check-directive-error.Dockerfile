# check=error=true
FROM busybox as x
RUN echo x >/x
