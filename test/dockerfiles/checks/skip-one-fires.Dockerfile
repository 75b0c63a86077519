# check=skip=StageNameCasing
FROM scratch AS Upper
CMD run
