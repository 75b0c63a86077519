ARG V=1
FROM busybox
ARG V=2
ARG W=${V}3
RUN echo "$V $W" >/v
