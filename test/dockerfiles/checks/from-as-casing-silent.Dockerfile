FROM scratch AS one
COPY hello.txt /
