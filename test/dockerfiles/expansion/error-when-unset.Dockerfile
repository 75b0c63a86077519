FROM busybox
ENV a=${unset:?it is needed}
