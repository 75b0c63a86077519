FROM busybox AS x
RUN mkdir /w && touch /w/a.txt /w/b.txt /w/c.md
FROM busybox
COPY --from=x /w/*.txt /t/
