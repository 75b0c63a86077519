FROM busybox
COPY --chmod=755 --chown=7:8 <<-EOF /run.sh
	#!/bin/sh
	  echo hi
EOF
