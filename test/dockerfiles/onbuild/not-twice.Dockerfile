FROM busybox AS base
ONBUILD RUN echo x >>/t
FROM base AS child
FROM child
RUN cat /t
