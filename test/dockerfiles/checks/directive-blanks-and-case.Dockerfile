# check= skip = jsonargsrecommended , StageNameCasing ; error = true
FROM scratch AS Upper
CMD run
