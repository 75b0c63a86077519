FROM scratch
ENV --chown=1 a=b
