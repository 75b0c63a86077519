FROM scratch AS Upper
CMD run
