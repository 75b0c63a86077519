FROM busybox
RUN [ "sh", \
  # a comment
  "-c" , \
  "echo x >/x" ]
