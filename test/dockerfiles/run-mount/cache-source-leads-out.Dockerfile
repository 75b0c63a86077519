FROM busybox:1.36
RUN --mount=type=cache,id=out,target=/c ln -s /etc /c/abs; touch /done
RUN --mount=type=cache,id=out,source=/abs,target=/c ls /c
