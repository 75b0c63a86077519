FROM scratch
ARG foo
COPY $Foo /x
COPY hello.txt ${bar}/
ENV PATHS=$PAHT:/x
LABEL a=$nope
USER $usr
