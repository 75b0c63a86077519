FROM busybox
ENV set=value empty=
ENV a=${set:-w} b=${empty:-w} c=${unset:-w} d=${set-w} e=${empty-w} f=${unset-w}
ENV g=${set:+w} h=${empty:+w} i=${unset:+w} j=${set+w} k=${empty+w} l=${unset+w}
ENV m=${set:?no} n=${empty?no}
