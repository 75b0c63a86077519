FROM busybox AS a
SHELL ["/bin/sh", "-ec"]
FROM a
RUN echo $- >/flags
CMD x
HEALTHCHECK CMD y
