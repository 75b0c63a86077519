FROM busybox
ARG a b=1 c=${b}2
RUN echo "$a|$b|$c" >/a
