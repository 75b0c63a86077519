FROM busybox
COPY hello.txt /f
RUN cp -p /f /g && rm /f && mv /g /f
