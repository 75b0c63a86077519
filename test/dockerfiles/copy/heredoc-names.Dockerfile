FROM busybox
ENV N=name
COPY <<$N <<-"lit$N" 3<<three /d/
v $N
$N
	tabs
lit$N
3
three
