FROM busybox AS x
RUN echo x >/x
FROM busybox
COPY --link --from=x /x /y
COPY --link=false --from=x /x /z
