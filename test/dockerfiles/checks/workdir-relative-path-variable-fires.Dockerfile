FROM scratch
ARG D=x/y
WORKDIR $D
WORKDIR ${D}/z
