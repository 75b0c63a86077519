FROM busybox
ADD --keep-git-dir hello.txt /a
ADD --keep-git-dir=false hello.txt /b
