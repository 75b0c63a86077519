FROM busybox AS x
WORKDIR /w
RUN echo x >f
FROM busybox
COPY --from=x w/f /
