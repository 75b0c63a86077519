FROM busybox
RUN --mount=type=bind,source=hello.txt,target=/in/h.txt cat /in/h.txt >/out
