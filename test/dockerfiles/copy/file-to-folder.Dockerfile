FROM busybox
COPY hello.txt /d/
COPY script.sh /etc
