FROM busybox AS one
FROM busybox AS two
FROM three
FROM busybox AS three
