ARG n=x
FROM busybox AS $n
