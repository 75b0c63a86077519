FROM busybox
ARG A=
ARG B
RUN echo "${A-unset} ${B-unset}" >/a
