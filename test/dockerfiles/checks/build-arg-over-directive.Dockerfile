# check=skip=all
FROM scratch AS Upper
CMD run
