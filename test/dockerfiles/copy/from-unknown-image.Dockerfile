FROM scratch
COPY --from=no-such-image-anywhere /x /x
