FROM busybox
ENV a=Abc
ENV b=${a^^} 
