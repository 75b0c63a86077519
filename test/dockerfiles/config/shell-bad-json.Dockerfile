FROM scratch
SHELL ['sh']
