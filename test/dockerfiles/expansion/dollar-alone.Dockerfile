FROM busybox
ENV a=$ b="$" c=a$ d=$/x e="$ x" f=$% g=$"q"
