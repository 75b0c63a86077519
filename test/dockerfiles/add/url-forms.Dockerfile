FROM busybox
ARG SERVER
ADD $SERVER/file.txt?x=1#frag /d/
ADD $SERVER/file.txt $SERVER/noise hello.txt /e/
ADD --link --chmod=444 $SERVER/file.txt /f/
WORKDIR /w
ADD $SERVER/file.txt .
