# check=error=false;skip=StageNameCasing
FROM scratch AS Upper
CMD run
