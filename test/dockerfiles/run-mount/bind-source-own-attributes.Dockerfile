# What is mounted from the context has its own mode and time.
FROM busybox
RUN --mount=source=modes/sticky,target=/a --mount=source=modes/setgid,target=/b --mount=source=dir/sub,target=/c --mount=source=modes/suid,target=/d \
    stat -c "%n %a %u %g %Y" /a /b /c /d >/seen
RUN --mount=source=dir/sub,target=/rw,rw touch /rw/new && stat -c "%n %a %u %g" /rw >/seen2
