FROM scratch AS BuilderBase
COPY hello.txt /
