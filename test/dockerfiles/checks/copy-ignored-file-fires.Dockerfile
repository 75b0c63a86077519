# check=experimental=CopyIgnoredFile
FROM scratch
COPY b.log /
ADD sub/c.tmp /
COPY logs /
