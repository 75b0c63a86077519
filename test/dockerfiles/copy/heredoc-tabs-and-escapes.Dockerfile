FROM busybox
ENV N=name
COPY <<-EOF /a
		two tabs
	  blanks

	# no comment
	"$N" '${N}' \\ \n ${N:-x} $$
	EOF
COPY <<'EOF' /b
\$N \\
EOF
COPY <<a.txt /c/
in a folder
a.txt
