# check=experimental=all
# not about it
FROM scratch AS base
COPY b.log /
