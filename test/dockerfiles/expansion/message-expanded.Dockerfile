FROM scratch
ENV m=why
ENV a=${unset?because $m}
