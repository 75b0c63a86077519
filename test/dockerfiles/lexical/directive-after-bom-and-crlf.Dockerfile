# escape=`
FROM busybox
ENV A=a`
  B=C:\x
