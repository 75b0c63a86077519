FROM busybox
RUN echo a && \

    echo b
ENV A=1 \


  B=2
