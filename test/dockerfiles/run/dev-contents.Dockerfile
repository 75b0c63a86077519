FROM busybox
RUN ls /dev | sort >/dev-list; stat -c '%n %a %t:%T %F' /dev/null /dev/zero /dev/tty /dev/random /dev/ptmx /dev/fd /dev/stdin >/dev-modes 2>&1
