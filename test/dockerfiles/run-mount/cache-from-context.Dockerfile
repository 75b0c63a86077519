FROM busybox
RUN --mount=type=cache,id=parity-named,from=more,target=/c ls -a /c >/out
