FROM busybox
USER nobody:users
RUN id >/tmp/u
