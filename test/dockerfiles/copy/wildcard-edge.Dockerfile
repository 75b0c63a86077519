FROM busybox
COPY d[!a]r* x* /none/
COPY d[^a]r/o* /a/
COPY */*.txt /b/
COPY di?/s*b /c/
COPY .hid* /d/
