FROM scratch
ENV a b c
LABEL d e f
ENV g=h
