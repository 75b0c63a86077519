FROM busybox
RUN echo a && \
# a comment is no empty line
    echo b
