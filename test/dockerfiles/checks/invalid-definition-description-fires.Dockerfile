# check=experimental=InvalidDefinitionDescription
# not about it
ARG version=1
# base is the base
FROM scratch AS base
# something else
FROM scratch AS second
COPY hello.txt /
