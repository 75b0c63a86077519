FROM busybox
RUN echo 1.2.3.4 example >>/etc/hosts; echo x >/x
