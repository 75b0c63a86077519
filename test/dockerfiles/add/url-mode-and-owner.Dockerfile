FROM busybox
ARG SERVER
ADD --chmod=755 --chown=5:6 $SERVER/file.txt /d/
