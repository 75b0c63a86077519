FROM busybox
ARG A="two words" B='single $A' C=es\ caped
RUN echo "$A|$B|$C" >/a
