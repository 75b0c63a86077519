FROM busybox
SHELL ["/bin/sh", "-exc"]
RUN echo $- >/flags
CMD echo shell form
