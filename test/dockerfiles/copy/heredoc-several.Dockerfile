FROM busybox
COPY <<one.txt <<two.txt hello.txt /d/
1
one.txt
2
two.txt
