FROM busybox
RUN <<EOF sh >/a
echo a
EOF
RUN sh -s x <<-"EOF" >/b
	echo b $1
EOF
RUN 0<<EOF cat >/c
c
EOF
RUN <<ONE <<TWO cat >/d
1
ONE
2
TWO
