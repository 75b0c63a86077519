FROM busybox
RUN echo app:x:500:501::/home/app:/bin/sh >>/etc/passwd && echo app:x:501: >>/etc/group
USER app
RUN echo $HOME >/tmp/home && id >/tmp/id
COPY --chown=app:app hello.txt /tmp/
