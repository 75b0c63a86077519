FROM busybox
VOLUME /a /b
VOLUME ["/c d", "/e"]
RUN mkdir /a && echo kept >/a/file
