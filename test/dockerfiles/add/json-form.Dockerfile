FROM busybox
ADD ["names/with space.txt", "hello.txt", "/a b/"]
ADD --chown=1:2 ["plain.tar", "/t/"]
