FROM scratch
STOPSIGNAL $nothing
