FROM busybox
ENV s=a*b?c/d\\e t=a.b+c
ENV a=${s#a\*} b=${s%\?*} c=${s/\//-} d=${s%\\*} e=${t//./-} f=${t/+/p} g=${s//[ab]/x} h=${t#*[.]}
