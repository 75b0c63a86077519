FROM busybox
RUN --mount=type=secret,id=s,target=/etc/s.conf,mode=0444,uid=5,gid=6 stat -c '%a %u:%g %s' /etc/s.conf >/stat
