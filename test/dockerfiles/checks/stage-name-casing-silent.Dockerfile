FROM scratch AS builder-base
COPY hello.txt /
