FROM busybox
RUN (sleep 100 &) ; echo done >/done
