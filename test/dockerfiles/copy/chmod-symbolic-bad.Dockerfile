FROM scratch
COPY --chmod=u=q hello.txt /
