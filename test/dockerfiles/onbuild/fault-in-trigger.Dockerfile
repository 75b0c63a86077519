FROM scratch
ONBUILD COPY --nope a b
