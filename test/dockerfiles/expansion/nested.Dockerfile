FROM busybox
ENV a=1 b=2
ENV c=${x:-${y:-$a$b}} d=${a:+${b:+both}} e="${x:-quoted $a}"
