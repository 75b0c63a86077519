FROM scratch AS a
COPY hello.txt /
FROM scratch AS b
FROM scratch AS A
COPY other.txt /
