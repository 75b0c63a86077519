# escape=`
FROM busybox
ENV A=C:\dir B=a`
 C=`$x
RUN echo one `
 two >/out
