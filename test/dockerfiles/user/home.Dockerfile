FROM busybox
RUN echo $HOME >/home1
USER daemon
RUN echo $HOME >/tmp/home2
USER 4321
RUN echo $HOME >/tmp/home3
