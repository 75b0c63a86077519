FROM scratch
ARG V=abcabc
LABEL a="${V:%%c}"
