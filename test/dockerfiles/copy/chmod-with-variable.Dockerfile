FROM busybox
ARG M=600
COPY --chmod=$M --chown=${M}:1 hello.txt /
