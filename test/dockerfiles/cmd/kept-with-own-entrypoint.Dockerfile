FROM busybox AS base
ENTRYPOINT ["/entry"]
FROM base
CMD ["own"]
