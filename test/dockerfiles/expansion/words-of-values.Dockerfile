FROM busybox
ENV v="a  b" w='c"d'
ENV e=$v f="$v" g=$w h=${v}x
LABEL l=$v
VOLUME /x$v
EXPOSE ${n:-80 81}
