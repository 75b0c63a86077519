# check=skip=NoSuchRule
FROM scratch AS Upper
COPY hello.txt /
