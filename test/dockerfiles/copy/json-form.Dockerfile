FROM busybox
COPY ["names/with space.txt", "hello.txt", "/j k/"]
