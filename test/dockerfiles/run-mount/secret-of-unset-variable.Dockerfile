FROM busybox
RUN --mount=type=secret,id=u,required test -f /run/secrets/u && ! test -s /run/secrets/u && touch /was-there
