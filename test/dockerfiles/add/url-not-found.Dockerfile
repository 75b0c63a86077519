FROM busybox
ARG SERVER
ADD $SERVER/nothing-here /
