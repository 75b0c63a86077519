FROM busybox
ADD --chmod=700 plain.tar /t/
