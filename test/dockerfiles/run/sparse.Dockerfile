FROM busybox
RUN truncate -s 5M /sparse && echo end >>/sparse
