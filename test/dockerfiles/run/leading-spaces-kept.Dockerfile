FROM busybox
RUN   echo   "two  spaces"   >/out
