FROM busybox
MAINTAINER "Quoted" $HOME
MAINTAINER  Last   One 
