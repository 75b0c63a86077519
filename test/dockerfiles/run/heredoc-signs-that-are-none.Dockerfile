FROM busybox
RUN echo $((1<<3)) >/a; echo "<<EOF" '<< EOF' >/b; echo a\<<b 2>&1 >/c || true
