FROM busybox
RUN --mount=source=nowhere,target=/x true
