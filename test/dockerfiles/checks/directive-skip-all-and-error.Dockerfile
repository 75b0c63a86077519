# check=skip=all;error=true
FROM scratch AS Upper
