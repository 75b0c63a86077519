FROM busybox
ARG A=default
ARG B
RUN echo "$A $B" >/a
