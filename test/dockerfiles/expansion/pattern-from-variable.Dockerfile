FROM busybox
ENV s=path/to/file p=path/ r=X/Y
ENV a=${s#$p} b=${s/$p/$r} c=${s//\//$nothing} d="${s%/*}" e=${s#"path/"}
