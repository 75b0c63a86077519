FROM busybox
RUN touch /wh.file /.whale
