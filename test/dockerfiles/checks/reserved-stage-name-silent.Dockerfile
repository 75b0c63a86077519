FROM busybox AS contexts
FROM busybox AS scratchpad
RUN true
