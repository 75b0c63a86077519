FROM scratch
CMD ["/nothing"]
LABEL a=b
