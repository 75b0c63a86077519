FROM busybox
HEALTHCHECK --interval=5m --timeout=3s --start-period=1s500ms --start-interval=2s --retries=4 CMD wget -q localhost || exit 1
