FROM scratch AS base
ONBUILD COPY missing.txt /
FROM base
