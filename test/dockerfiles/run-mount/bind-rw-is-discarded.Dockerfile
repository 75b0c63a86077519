FROM busybox
RUN --mount=target=/ctx,rw echo x >/ctx/hello.txt && cat /ctx/hello.txt >/out
RUN --mount=target=/ctx cat /ctx/hello.txt >/out2
