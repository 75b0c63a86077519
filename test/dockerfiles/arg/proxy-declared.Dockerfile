FROM busybox
ARG HTTP_PROXY
RUN echo "$HTTP_PROXY" >/proxies
