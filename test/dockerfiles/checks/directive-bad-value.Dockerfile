# check=error=maybe
FROM scratch AS Upper
