FROM busybox
ADD --unpack=false plain.tar.gz /t/
