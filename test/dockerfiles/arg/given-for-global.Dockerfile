ARG V=1
ARG W=${V}-w
FROM busybox
ARG V W
ARG V=own
RUN echo "$V $W" >/v
