FROM busybox AS linux-amd64
RUN echo amd64 >/arch
FROM busybox AS linux-arm64
COPY hello.txt /arch
FROM ${TARGETOS}-${TARGETARCH}
