FROM busybox
RUN --mount=type=bind,target=/ctx cp /ctx/hello.txt /out && ls /ctx/dir >/list
