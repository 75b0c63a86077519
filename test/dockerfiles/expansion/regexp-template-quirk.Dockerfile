FROM busybox
ENV s=abc
ENV a=${s//b/[$1]} b=${s/b/[\$1]} c=${s//b/[\$0]}
