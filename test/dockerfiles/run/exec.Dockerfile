FROM busybox
RUN ["sh", "-c", "echo \"$0\" \"$1\" >/out", "a b", "c"]
