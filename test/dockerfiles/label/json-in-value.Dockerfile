FROM busybox
LABEL json='{"a": [1, "b"]}' uni=名前
