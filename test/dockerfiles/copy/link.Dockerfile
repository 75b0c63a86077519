FROM busybox
COPY --link hello.txt /a/b/
COPY --link --chown=5:6 dir /d/
