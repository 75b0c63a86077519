FROM busybox
RUN echo 0 >/zero
FROM busybox
COPY --from=0 /zero /
