FROM busybox
CMD cat <<EOF
ENTRYPOINT echo <<EOF
