FROM busybox
ENV A=1 \
    B=2
RUN echo x >/x && \
    echo y >/y
CMD ["a"]
