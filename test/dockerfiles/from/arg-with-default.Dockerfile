ARG BASE=busybox
FROM ${BASE}:1.36
RUN echo $BASE >/base
