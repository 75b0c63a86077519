# check=
FROM scratch AS Upper
