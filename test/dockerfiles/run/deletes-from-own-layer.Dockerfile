FROM busybox
RUN mkdir /d && echo 1 >/d/1 && echo 2 >/d/2
RUN rm /d/1
