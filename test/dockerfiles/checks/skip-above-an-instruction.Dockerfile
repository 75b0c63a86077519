FROM scratch AS base
# check=skip=JSONArgsRecommended
CMD run
FROM scratch AS two
CMD run
