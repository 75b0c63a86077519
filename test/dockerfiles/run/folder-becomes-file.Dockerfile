FROM busybox
COPY dir /d
RUN rm -r /d && echo file >/d
