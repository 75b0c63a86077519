FROM busybox AS a
ENV X=$nope
WORKDIR rel
FROM busybox AS b
ENV Y=$nada
