FROM busybox
COPY *.txt /t/
COPY dir/*/*.txt /u/
COPY h?llo.txt /v/
COPY [a-h]ello.txt /w/
