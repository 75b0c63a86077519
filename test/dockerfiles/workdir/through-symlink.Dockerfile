FROM busybox
RUN mkdir /real && ln -s /real /sym
WORKDIR /sym/in
COPY hello.txt .
