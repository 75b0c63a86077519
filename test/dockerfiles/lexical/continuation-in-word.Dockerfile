FROM busybox
EN\
V A=one\
two B="a\
b"
ENV C=a \ 	
  D=e
