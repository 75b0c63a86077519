FROM scratch
COPY [ /a/
