FROM busybox
ARG A
LABEL from=file
RUN echo $A >/a
