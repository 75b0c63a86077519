# EsCaPe = `
FROM busybox
ENV A=a`
b
