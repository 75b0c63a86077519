FROM busybox
ARG SERVER
ADD $SERVER/archive.tar.gz /d/
