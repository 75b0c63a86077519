FROM scratch AS alpine
COPY hello.txt /
FROM busybox
COPY --from=alpine hello.txt /a
COPY --from=alpine:latest /etc/os-release /b
