# comment \
FROM busybox
# another \
ENV A=1 \
# inside \
  B=2
