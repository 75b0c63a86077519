FROM busybox
COPY hard /h
