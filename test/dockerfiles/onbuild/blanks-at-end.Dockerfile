FROM busybox
ONBUILD  LABEL  a=b 	
ONBUILD RUN echo  x   >/y  
