FROM busybox
ARG SERVER
ADD --unpack=true $SERVER/archive.tar.gz /d/
