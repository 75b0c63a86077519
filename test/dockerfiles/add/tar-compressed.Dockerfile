FROM busybox
ADD plain.tar.gz /gz/
ADD plain.tar.bz2 /bz2/
ADD plain.tar.xz /xz/
ADD plain.tar.zst /zst/
