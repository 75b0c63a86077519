FROM scratch
COPY --from=alpine:3.19 /etc/passwd /etc/passwd
