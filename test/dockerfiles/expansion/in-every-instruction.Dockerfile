FROM busybox
ENV d=dir f=hello.txt u=12 p=8080 s=SIGINT v=/vol
WORKDIR /$d
COPY $f ${f}.copy
ADD ${f} /$d/added
USER $u
EXPOSE $p/tcp
STOPSIGNAL $s
VOLUME $v ["${v}2"]
LABEL label.$d="$f" other=$u
