FROM	busybox
RUN	echo x >/x
ENV	A=1
