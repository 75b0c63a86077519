FROM busybox
USER root
USER 1000:
COPY hello.txt /a
USER "5:6"
USER a b
