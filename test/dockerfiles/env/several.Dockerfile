FROM busybox
ENV A=1 B="two words" C='single' D=es\ caped
RUN echo "$A|$B|$C|$D" >/e
