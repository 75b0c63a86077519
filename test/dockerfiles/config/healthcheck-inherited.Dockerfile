FROM busybox AS a
HEALTHCHECK --interval=1m CMD a
FROM a
HEALTHCHECK --timeout=2m CMD b
