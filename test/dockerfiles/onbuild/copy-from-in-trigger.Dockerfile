FROM busybox AS tool
RUN echo tool >/tool
FROM busybox AS base
ONBUILD COPY --from=tool /tool /
FROM base
