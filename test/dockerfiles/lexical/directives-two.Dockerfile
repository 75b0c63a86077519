# escape=`
# check=skip=all
FROM busybox as x
ENV A=a`
  B=b
CMD x
