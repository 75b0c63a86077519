FROM busybox
ARG SERVER
ADD $SERVER/file.txt /d/
ADD $SERVER/file.txt /renamed
