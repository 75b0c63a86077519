FROM busybox
ENV s=banana
ENV a=${s/a/o} b=${s//a/o} c=${s/an*/X} d=${s//n?/-} e=${s/x/y} f=${s//b/}
