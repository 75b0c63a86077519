FROM busybox
RUN rm /etc/os-release && rm -r /var && rm -r /etc/ssl
