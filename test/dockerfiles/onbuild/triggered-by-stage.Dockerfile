FROM busybox AS base
ONBUILD RUN echo triggered >/t
ONBUILD ENV A=1
ONBUILD COPY hello.txt /
FROM base
RUN echo "$A" >/a
