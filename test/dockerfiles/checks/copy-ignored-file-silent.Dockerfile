# check=experimental=CopyIgnoredFile
FROM scratch AS a
COPY hello.txt other.txt /
FROM scratch
COPY --from=a hello.txt /b.log
ADD https://example.invalid/x.log /x.log
