FROM busybox
COPY linkfile /a
COPY linkdir /b
COPY links/up /c
COPY links/abs /d
