FROM busybox
COPY hello.txt nowhere.txt /d/
