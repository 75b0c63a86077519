FROM busybox AS base
ONBUILD ARG V=default
ONBUILD RUN echo $V >/v
FROM base
