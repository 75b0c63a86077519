FROM busybox
RUN --mount=type=bind,src=dir,dst=/a,readonly --mount=source=hello.txt,destination=/b,readonly=true --mount=target=/c,rw=false --mount=target=/d,readwrite=true,ro=false ls /a >/out; cat /b >>/out; touch /c/x 2>/dev/null || echo ro >>/out; touch /d/x && echo rw >>/out
