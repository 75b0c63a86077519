FROM busybox
RUN --mount=type=tmpfs,target=/t --mount=source=dir,target=/t/dir --mount=type=cache,id=parity-several,target=/t/cache ls /t >/out
