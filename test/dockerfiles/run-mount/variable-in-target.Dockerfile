FROM busybox
ENV D=dir
ARG S=hello.txt
RUN --mount=source=$S,target=/m/${D}/x cat /m/dir/x >/out
