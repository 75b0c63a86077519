FROM scratch
COPY --chown=root hello.txt /a
