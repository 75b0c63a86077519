FROM busybox AS seed
RUN mkdir /s && echo seed >/s/seed
FROM busybox
RUN --mount=type=cache,id=parity-from,from=seed,source=/s,target=/c ls /c >/out
