FROM busybox
COPY --chown=5:6 hello.txt /new/parent/hello.txt
