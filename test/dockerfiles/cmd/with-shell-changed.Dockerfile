FROM busybox
SHELL ["/bin/bash", "-c"]
CMD echo x
ENTRYPOINT echo y
