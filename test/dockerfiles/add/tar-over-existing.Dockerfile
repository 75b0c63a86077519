FROM busybox
RUN mkdir -p /t/in && echo old >/t/in/file && echo kept >/t/in/kept
ADD plain.tar /t/
