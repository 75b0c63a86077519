FROM busybox AS base${VARIANT}x
FROM busybox AS two
FROM --platform=$BUILDPLATFROM busybox
RUN true
