FROM busybox
COPY hello.txt /f
COPY --chmod=600 other.txt /f
