FROM busybox AS x
RUN mkdir /s && mkfifo /s/fifo && mknod /s/null c 1 3 && echo a >/s/a && ln /s/a /s/b && ln -s nowhere /s/dangling && mkdir -m 1777 /s/tmp && touch /s/suid && chmod 4755 /s/suid
FROM busybox
COPY --from=x /s /s
