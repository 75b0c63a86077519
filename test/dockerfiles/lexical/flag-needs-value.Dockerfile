FROM scratch
COPY --chown hello.txt /
