FROM busybox
WORKDIR /w
COPY hello.txt ./a/
COPY hello.txt ../b
COPY hello.txt /c/./d/../e
COPY dir/one.txt dir/sub/ .
COPY hello.txt //f//g
