# A folder that is there takes the time of the folder that is copied onto it, and keeps its own mode and owner at the top.
FROM busybox AS source
RUN mkdir -p -m 2711 /s/sub /s/empty && touch /s/sub/f && touch -d @1100000001 /s/sub/f && touch -d @1100000002 /s/sub /s/empty && touch -d @1100000003 /s
FROM busybox
RUN mkdir -p -m 700 /t/sub /t/empty && chown 1:2 /t /t/sub && touch -d @1000000001 /t/sub /t/empty && touch -d @1000000000 /t && cp -a /t /u && cp -a /t /v
COPY --from=source /s /t
COPY --from=source /s/empty /u
COPY --from=source --chown=3:4 --chmod=0750 /s /v/
COPY --from=source /s /new/er
RUN stat -c "%n %a %u %g %Y" /t /t/sub /t/empty /u /u/sub /v /v/sub /v/empty /new/er /new/er/sub >/seen
