FROM scratch
ADD . /d
ADD *.tx? /e/
