FROM busybox
ARG SERVER
ADD $SERVER/named /d/
