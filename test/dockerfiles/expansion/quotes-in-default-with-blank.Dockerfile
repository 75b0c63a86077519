FROM busybox
ENV a=1
ENV e="${x:-"quoted $a"}"
