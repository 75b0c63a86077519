FROM scratch AS a
ENV X=$nope
FROM scratch AS b
ENV Y=$nada
