FROM busybox
ENV A=image
SHELL ["/bin/sh", "-c", "$A"]
HEALTHCHECK CMD echo $A ${A:-x}
MAINTAINER $A
ONBUILD ENV B=$A
ONBUILD COPY $A /
