FROM busybox
RUN --mount=type=cache,target=/p,sharing=private --mount=type=cache,target=/l,sharing=locked touch /p/x /l/x
