FROM busybox
COPY --chmod=u=rwX,go=rX dir /d
COPY --chmod=a+x hello.txt /b
COPY --chmod=go-r,u+s script.sh /c
