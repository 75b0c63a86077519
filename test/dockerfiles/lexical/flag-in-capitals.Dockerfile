FROM scratch
COPY --CHOWN=1:1 hello.txt /
