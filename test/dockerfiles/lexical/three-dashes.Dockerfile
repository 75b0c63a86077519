FROM busybox
---
RUN true
