FROM scratch
ARG V=abcabc
ENV A=${V:#a}
