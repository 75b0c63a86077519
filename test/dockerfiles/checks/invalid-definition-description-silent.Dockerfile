# check=experimental=InvalidDefinitionDescription

# version is the version
ARG version=1
# a comment with a blank line below it

FROM scratch AS base
# second is second
FROM scratch AS second
COPY hello.txt /
