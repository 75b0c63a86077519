FROM scratch
COPY "" /a/
