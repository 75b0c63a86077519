FROM scratch
copy hello.txt /
COPY other.txt /
Env A=1
COPY hello.txt /b
