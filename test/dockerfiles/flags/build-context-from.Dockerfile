FROM more
COPY other.txt /
