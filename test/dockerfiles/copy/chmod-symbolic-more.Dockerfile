FROM busybox
COPY --chmod=u=rwx,g+w,o= dir /a
COPY --chmod=+x hello.txt /b
COPY --chmod=a-x+X dir /c
COPY --chmod=ug+s,o+t script.sh /d
COPY --chmod=g=u hello.txt /e
