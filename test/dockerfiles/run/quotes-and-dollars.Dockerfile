FROM busybox
RUN echo "\"$HOME\"" '$HOME' \$HOME `echo back` >/out
