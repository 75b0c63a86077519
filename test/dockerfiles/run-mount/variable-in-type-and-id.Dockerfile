FROM busybox
ARG T=cache I=parity-var M=750
RUN --mount=type=$T,id=$I,target=/c,mode=0$M,sharing=locked touch /c/x && stat -c %a /c >/out
