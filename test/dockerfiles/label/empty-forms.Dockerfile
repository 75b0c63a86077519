FROM busybox
LABEL a= b="" c=''
LABEL $x=1 d=$x
