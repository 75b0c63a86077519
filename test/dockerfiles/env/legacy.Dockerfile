FROM busybox
ENV A one two  three
RUN echo "$A" >/e
