FROM scratch AS a
COPY hello.txt /
FROM scratch AS b
COPY --from=a /hello.txt /
