# crun always links /dev/core; docker's runtime does where the kernel has /proc/kcore
FROM busybox
RUN ls /dev | grep -vx core | sort >/dev-list; stat -c '%n %a %t:%T %F' /dev/null /dev/zero /dev/tty /dev/random /dev/ptmx /dev/fd /dev/stdin >/dev-modes 2>&1
