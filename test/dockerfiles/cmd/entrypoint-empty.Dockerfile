FROM busybox AS base
ENTRYPOINT ["a"]
FROM base
ENTRYPOINT []
