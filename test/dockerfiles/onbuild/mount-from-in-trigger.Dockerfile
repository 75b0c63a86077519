FROM busybox AS tool
RUN echo tool >/tool
FROM busybox AS base
ONBUILD RUN --mount=from=tool,target=/m cat /m/tool >/out
FROM base
