FROM scratch
LABEL =1
