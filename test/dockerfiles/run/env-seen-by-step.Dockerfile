FROM busybox
ENV A=1
ARG B=2
RUN env | grep -v -E '^(HOSTNAME|SHLVL)=' | sort >/env
