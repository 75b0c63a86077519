FROM --platform=$TARGETPLATFORM busybox AS a
FROM --platform=${TARGETPLATFORM} busybox
RUN true
