FROM scratch
COPY hello.txt --chown=1 /
