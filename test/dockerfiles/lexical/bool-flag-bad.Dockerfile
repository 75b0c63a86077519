FROM scratch
COPY --link=maybe hello.txt /
