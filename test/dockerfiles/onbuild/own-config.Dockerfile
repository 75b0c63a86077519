FROM busybox
ONBUILD RUN echo triggered >/t
ONBUILD COPY . /app
