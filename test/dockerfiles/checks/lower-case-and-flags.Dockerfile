from scratch as a
Copy --link hello.txt /
from --platform=linux/arm64 busybox AS B
env X y z
cmd a b
