FROM scratch AS a
CMD run it
FROM scratch AS b
ENTRYPOINT run it
FROM a
CMD ["a"] and more
