FROM busybox
RUN --mount=type=secret,id=s,env=TOKEN,target=/s test -n "$TOKEN" && test -s /s && echo both >/out
