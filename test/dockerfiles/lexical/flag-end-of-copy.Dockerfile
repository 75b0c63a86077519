FROM busybox
COPY --chmod=600 -- hello.txt /a
ADD -- other.txt /b
