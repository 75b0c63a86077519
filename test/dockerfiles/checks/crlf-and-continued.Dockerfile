FROM scratch AS Upper
ENV A=1 \
  B=$nope
CMD run \
  it
