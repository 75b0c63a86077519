FROM busybox
RUN ["sh", "-c", "echo \"<<EOF\" >/out"]
