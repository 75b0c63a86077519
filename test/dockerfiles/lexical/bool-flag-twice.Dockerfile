FROM scratch
COPY --link --link hello.txt /
