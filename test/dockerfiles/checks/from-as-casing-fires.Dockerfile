FROM scratch as one
COPY hello.txt /
from scratch AS two
copy hello.txt /
