FROM busybox AS one
RUN echo one >/one
FROM busybox AS two
RUN echo two >/two
FROM busybox AS three
RUN echo three >/three
