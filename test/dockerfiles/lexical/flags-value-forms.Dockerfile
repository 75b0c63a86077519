FROM busybox
COPY --link=true --chown="1:2" hello.txt /a
COPY --link=FALSE hello.txt /b
COPY -- hello.txt /c
ADD -- hello.txt /d
COPY "--link" hello.txt /e
