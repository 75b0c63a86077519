FROM busybox
RUN echo extra:x:777:nobody >>/etc/group
USER nobody
RUN id -G >/tmp/groups
