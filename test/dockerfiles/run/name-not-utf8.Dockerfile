FROM busybox
RUN touch "/$(printf 'latin1-\351')"
