FROM busybox
COPY modes/sticky /t
COPY modes/setgid /g
