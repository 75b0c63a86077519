FROM busybox
ARG A=1
RUN echo $A >/a
ARG A=2
RUN echo $A >/b
