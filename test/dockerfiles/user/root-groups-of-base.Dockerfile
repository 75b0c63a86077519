# Root's groups come from the image, with and without USER.
FROM busybox:1.36
RUN id >/none
RUN echo extra:x:4000:root >>/etc/group
RUN id >/added
USER root
RUN id >/named
