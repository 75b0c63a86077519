FROM busybox
RUN echo old >/real && ln -s /real /sym
COPY hello.txt /sym
