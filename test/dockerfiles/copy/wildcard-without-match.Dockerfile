FROM busybox
COPY *.nothing /t/
