FROM busybox AS tools
RUN mkdir /t && echo tool >/t/x
FROM busybox
RUN --mount=from=tools,source=/t,target=/mnt/t cat /mnt/t/x >/out
