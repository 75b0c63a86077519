FROM --platform=linux/amd64 busybox AS build_amd64
RUN true
FROM --platform=$BUILDPLATFORM busybox
ARG P=linux/amd64
