FROM busybox AS one
ARG A=1
RUN echo $A >/a
FROM one
RUN echo "[$A]" >/b
