FROM busybox
ARG foo=hello.txt
ARG unset
COPY $foo /x
COPY hello.txt ${bar:-/y}/
ENV PATH=$PATH:/x
RUN echo $nope
LABEL a=${unset} b='$quoted' c=\$escaped
