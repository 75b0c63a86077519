FROM busybox AS x
RUN mkdir /real && echo in >/real/in && ln -s real /sym && ln -s /real/in /symfile
FROM busybox
COPY --from=x /sym/in /a
COPY --from=x /sym /b
COPY --from=x /symfile /c
COPY --from=x /sym/ /d/
