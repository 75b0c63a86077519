FROM busybox
USER daemon
WORKDIR /home/app/sub
RUN touch mine && id >ids
