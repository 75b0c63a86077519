# check=error=true;skip=JSONArgsRecommended
FROM scratch AS Upper
CMD run
