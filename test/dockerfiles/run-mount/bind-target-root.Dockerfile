FROM scratch
RUN --mount=target=/ true
