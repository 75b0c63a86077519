FROM busybox
ADD --checksum=sha256:b9f15c3dee8aeeab9a1b28bf9e9a2bf2a5c07e9be3a07a90fb2e3dd1f7b7d2aa hello.txt /
