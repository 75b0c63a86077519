FROM busybox
RUN echo a >/a && \
# a comment
    # another
    echo b >/b && \

    echo c >/c
