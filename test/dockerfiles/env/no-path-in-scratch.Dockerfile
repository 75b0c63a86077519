FROM scratch
ENV A=1
COPY hello.txt /
