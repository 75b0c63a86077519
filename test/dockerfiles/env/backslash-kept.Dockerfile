FROM busybox
ENV A=C:\\dir B="C:\\dir" C='C:\dir'
