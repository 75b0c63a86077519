FROM busybox AS build
RUN mkdir -p /out/sub && echo a >/out/a && echo b >/out/sub/b && ln -s a /out/link && chmod 700 /out/sub && chown -R 9:9 /out
FROM scratch
COPY --from=build /out /
COPY --from=build /out/a /copy-of-a
