FROM busybox
ENV A= B=""
RUN echo "${A-unset}${B-unset}" >/e
