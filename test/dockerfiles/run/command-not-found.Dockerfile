FROM busybox
RUN ["/no/such/program"]
