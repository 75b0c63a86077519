FROM busybox
ADD x.tar /t/
RUN find /t -exec stat -c '%n %A %u:%g %h %s' {} + | sort >/seen
