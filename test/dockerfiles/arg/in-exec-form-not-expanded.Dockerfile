FROM busybox
ARG A=1
RUN ["sh", "-c", "echo $A >/a"]
