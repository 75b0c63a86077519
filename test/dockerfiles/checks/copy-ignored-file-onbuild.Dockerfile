# check=experimental=CopyIgnoredFile
FROM scratch AS s
ONBUILD COPY b.log /
ONBUILD ADD sub/c.tmp /
FROM s
COPY logs /
