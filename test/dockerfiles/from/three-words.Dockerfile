FROM busybox foo bar
