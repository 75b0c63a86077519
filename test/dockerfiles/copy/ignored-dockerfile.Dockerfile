# The Dockerfile of the context is used: it is read although it is ignored, and not there to be copied.
FROM scratch
COPY . /d
