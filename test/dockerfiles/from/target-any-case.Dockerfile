FROM scratch AS First
COPY hello.txt /one
FROM scratch
COPY hello.txt /two
