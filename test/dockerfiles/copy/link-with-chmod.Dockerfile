FROM busybox
RUN mkdir /real && ln -s /real /sym
COPY --link --chmod=600 hello.txt /sym/
ADD --link --chmod=640 --chown=1:2 other.txt /sym/
