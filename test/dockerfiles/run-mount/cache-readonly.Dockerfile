FROM busybox
RUN --mount=type=cache,id=parity-ro,target=/c,ro touch /c/x
