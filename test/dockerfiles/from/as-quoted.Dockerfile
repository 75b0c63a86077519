FROM "busybox" AS x
COPY hello.txt /
