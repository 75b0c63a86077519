FROM busybox
ADD x.tar /t/
RUN (find /t ! -type d -exec stat -c '%n %A %u:%g %h %s' {} +; find /t -type d -exec stat -c '%n %A %u:%g %h' {} +) | sort >/seen
