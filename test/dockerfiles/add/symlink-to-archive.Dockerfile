FROM busybox
ADD link.tar /a/
ADD --link link.tar /b/
