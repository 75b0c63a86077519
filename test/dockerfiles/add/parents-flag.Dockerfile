FROM scratch
ADD --parents hello.txt /
