FROM busybox
RUN echo "[$A]" >/a
ENV B=[$A]
ARG A=1
ENV C=[$A]
