ARG TAG=latest
ARG IMAGE
FROM busybox:${TAG} AS a
FROM ${IMAGE:-busybox}
FROM busybox${NOTHING}
