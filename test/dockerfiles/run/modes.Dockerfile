FROM busybox
RUN umask; mkdir -m 1777 /sticky && mkdir -m 2750 /sgid && touch /f && chmod 6755 /f && touch /n && chmod 000 /n
