FROM busybox
RUN --mount=target=/new/point true
RUN --mount=source=hello.txt,target=/new/file true
