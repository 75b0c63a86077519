# first comment
FROM busybox
# second
  # indented
RUN echo x >/x # not a comment
