FROM busybox
RUN <<-EOF
	echo tabs >/tabs
		echo more >>/tabs
	EOF
