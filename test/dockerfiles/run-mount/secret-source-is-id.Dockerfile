FROM busybox
RUN --mount=type=secret,source=s cat /run/secrets/s >/dev/null && echo there >/out
RUN --mount=type=secret,src=s,required=true,dst=/x test -s /x && echo there >>/out
