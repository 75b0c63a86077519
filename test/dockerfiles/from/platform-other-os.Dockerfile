FROM --platform=windows/amd64 scratch
COPY hello.txt /
