FROM busybox
RUN --mount=type=cache,target=/parity-clean//x/../y/ touch /parity-clean/y/a
RUN --mount=type=cache,target=/parity-clean/y ls /parity-clean/y >/out
RUN --mount=type=cache,id=/parity-clean/y,target=/z ls /z >>/out
