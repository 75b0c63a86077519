FROM scratch AS a
SHELL ["/bin/bash", "-c"]
ENV A=1
FROM a
CMD run it
