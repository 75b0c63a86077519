FROM busybox
RUN mkdir /real && ln -s /real /sym
COPY --link hello.txt /sym/
