FROM scratch
ENV s=abc
ENV a=${s#\a}
