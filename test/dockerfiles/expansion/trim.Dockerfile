FROM busybox
ENV f=path/to/file.tar.gz
ENV a=${f#*/} b=${f##*/} c=${f%.*} d=${f%%.*} e=${f#nothing} g=${f%?z} h=${f#\*}
