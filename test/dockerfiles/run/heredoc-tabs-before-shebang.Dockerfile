FROM busybox
RUN <<-EOF
	#!/bin/sh -e
	echo $0 >/name
	EOF
