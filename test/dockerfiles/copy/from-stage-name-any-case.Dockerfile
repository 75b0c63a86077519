FROM busybox AS First
RUN echo 1 >/f
FROM busybox
COPY --from=fIrSt /f /g
