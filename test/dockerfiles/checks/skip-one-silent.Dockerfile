# check=skip=StageNameCasing,JSONArgsRecommended
FROM scratch AS Upper
CMD run
