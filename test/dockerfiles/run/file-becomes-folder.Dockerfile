FROM busybox
COPY hello.txt /f
RUN rm /f && mkdir /f && echo in >/f/in
