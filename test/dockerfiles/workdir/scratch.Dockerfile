FROM scratch
WORKDIR /a/b
COPY hello.txt .
