# SHELL of a trigger counts for what follows it.
FROM scratch AS s
ONBUILD SHELL ["/a"]
ONBUILD CMD a
FROM s AS t
CMD y
FROM t
CMD z
