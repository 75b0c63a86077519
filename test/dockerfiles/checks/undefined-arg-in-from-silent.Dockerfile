ARG TAG=latest
FROM --platform=$BUILDPLATFORM busybox:${TAG}
RUN true
