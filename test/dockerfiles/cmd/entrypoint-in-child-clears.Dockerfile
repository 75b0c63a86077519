FROM busybox AS a
ENTRYPOINT ["x"]
CMD ["y"]
FROM a AS b
ENTRYPOINT ["z"]
FROM b
CMD ["w"]
