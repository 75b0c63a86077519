FROM busybox
ADD folder /a/
