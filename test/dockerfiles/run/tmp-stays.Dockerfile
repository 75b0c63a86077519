FROM busybox
RUN echo x >/tmp/x && echo y >/var/tmp/y
