FROM busybox
RUN --mount=type=cache,id=shared-parity,target=/c1,mode=0770,uid=12,gid=34 stat -c '%a %u:%g' /c1 >/stat && echo y >/c1/y
RUN --mount=type=cache,id=shared-parity,target=/elsewhere,mode=0770,uid=12,gid=34 ls /elsewhere >/out
