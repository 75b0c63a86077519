# What is made to mount on, on a base that has nothing: modes, owners, and what stays in layer and cache.
FROM busybox:1.36 AS bb
FROM scratch
COPY --from=bb /bin /bin
RUN --mount=type=tmpfs,target=/t1/a/b --mount=type=cache,target=/c1/x,id=places,uid=5,gid=6,mode=0700 --mount=type=bind,from=bb,source=/bin,target=/b1/y \
    --mount=type=tmpfs,target=/t1/a/b/in/side --mount=type=tmpfs,target=/c1/x/in/side --mount=type=bind,from=bb,target=/b2,rw --mount=type=tmpfs,target=/b2/t/u \
    stat -c '%a %u:%g %n' / /dev /proc /sys /etc /etc/hosts /etc/resolv.conf /t1 /t1/a /t1/a/b /t1/a/b/in /t1/a/b/in/side /c1 /c1/x /c1/x/in /c1/x/in/side \
    /b1 /b1/y /b2 /b2/t /b2/t/u >/seen
RUN --mount=type=cache,target=/c1/x,id=places,uid=5,gid=6,mode=0700 stat -c '%a %u:%g %n' /c1/x /c1/x/* /c1/x/*/* >/kept
