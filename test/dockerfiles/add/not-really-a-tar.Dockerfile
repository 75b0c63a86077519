FROM busybox
ADD fake.tar.gz /t/
