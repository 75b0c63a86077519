FROM busybox
ENV s=abcabc
ENV a=${s#*b} b=${s##*b} c=${s%b*} d=${s%%b*} e=${s#?} f=${s%%?} g=${s#*} h=${s##*} i=${s//?/x} j=${s/*/y} k=${s//*b/z} l=${s#b} m=${s%a}
