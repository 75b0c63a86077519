  #  escape  =  `  
FROM busybox
ENV A=a`
  B=b
