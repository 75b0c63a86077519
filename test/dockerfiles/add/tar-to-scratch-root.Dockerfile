FROM scratch
ADD plain.tar /
