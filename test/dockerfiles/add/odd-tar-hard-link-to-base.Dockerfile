FROM busybox
RUN mkdir /t && echo b >/t/base && chown 7:8 /t/base
ADD x.tar /t/
RUN (find /t ! -type d -exec stat -c '%n %A %u:%g %h %s' {} +; find /t -type d -exec stat -c '%n %A %u:%g %h' {} +) | sort >/seen
