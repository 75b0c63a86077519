FROM busybox
ADD --unpack hello.txt /a/
ADD --unpack plain.tar /b/
ADD --unpack=false plain.tar hello.txt /c/
ADD --unpack=true --chown=3:4 plain.tar.gz /d/
