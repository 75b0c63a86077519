# check=error=true;skip=StageNameCasing,JSONArgsRecommended
FROM scratch AS Upper
CMD run
