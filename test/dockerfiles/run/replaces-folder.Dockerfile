FROM busybox
COPY dir /d
RUN rm -r /d && mkdir /d && echo new >/d/new
