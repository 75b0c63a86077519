FROM busybox
RUN mkdir /real && ln -s /real /sym && ln -s real /rel
COPY hello.txt /sym/
COPY dir /rel
