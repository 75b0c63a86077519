FROM busybox
ARG SERVER
ADD --checksum=sha256:16b8b05f2a29a23d8f1d1b0e3a7f4e6fd4a5fef9fb7ec1b1bd2b8a8a7a3f9d3c $SERVER/file.txt /
