FROM busybox${VARIANT} AS base
FROM busybox AS two
FROM --platform=$BUILDPLATFROM busybox
RUN true
