FROM busybox
COPY hello.txt /f
RUN touch -d '2021-01-01 00:00:00' /f
