FROM busybox
WORKDIR /w
COPY --link --exclude=sub dir d
COPY --link hello.txt ./
