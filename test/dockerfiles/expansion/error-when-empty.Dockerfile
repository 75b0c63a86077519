FROM busybox
ENV e=
ENV a=${e:?it is needed}
