FROM busybox:1.36
RUN --mount=type=cache,id=own,target=/c touch /c/plain
RUN --mount=type=cache,id=own,target=/c,uid=5 ls /c >/1; touch /c/uid5
RUN --mount=type=cache,id=own,target=/c,uid=5,mode=0755 ls /c >/2
RUN --mount=type=cache,id=own,target=/c,uid=0 ls /c >/3; touch /c/uid0
RUN --mount=type=cache,id=own,target=/c,mode=0755 ls /c >/4
RUN --mount=type=cache,id=own,target=/c,gid=7,mode=0700 --mount=type=cache,id=own,target=/d --mount=type=cache,id=own,target=/e,uid=5 ls /c /d /e >/5
RUN --mount=type=cache,id=own,target=/c mkdir /c/part; touch /c/part/inside; ln -s part /c/link; ln -s /etc /c/abs; touch /made
RUN --mount=type=cache,id=own,source=/part,target=/c --mount=type=cache,id=own,source=/link,target=/d ls /c /d >/6
