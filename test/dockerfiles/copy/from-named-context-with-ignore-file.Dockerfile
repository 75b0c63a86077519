FROM scratch
COPY --from=more . /m
