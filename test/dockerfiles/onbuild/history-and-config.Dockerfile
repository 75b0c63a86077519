FROM busybox
ONBUILD RUN --mount=type=tmpfs,target=/t true
ONBUILD   COPY   --chown=1:2  a   b 
ONBUILD RUN a \
  b
ONBUILD CMD ["x",   "y"]
