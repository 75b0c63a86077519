FROM scratch AS a
CMD ["run", "it"]
FROM scratch AS b
SHELL ["/bin/bash", "-c"]
ENTRYPOINT run it
FROM b
ENTRYPOINT ["/bin/bash", "-c", "run it"]
