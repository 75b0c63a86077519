FROM busybox
ENV A b=c
ENV B "two  words" 'x'
ENV C   trailing 	 
ENV D $A ${B}
ENV E a\ b # c
