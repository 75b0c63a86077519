FROM busybox
ENV A=1
LABEL a='$A' b="$A" c="'$A'" d='"$A"'
