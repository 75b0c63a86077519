FROM scratch
ENV a=b\ c
LABEL d="e f"
ARG x=1
