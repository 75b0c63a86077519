# check=experimental=CopyIgnoredFile
FROM scratch AS s
COPY dir/../hello.txt /
COPY ./hello.txt /
COPY /hello.txt /
COPY dir//x.txt /
COPY //hello.txt /
COPY whole/ /
COPY /whole/ /
COPY whole/. /
COPY whole/in /
COPY whole//in /
COPY ./ /
COPY ../hello.txt /
COPY /./hello.txt /
ADD ./hello.txt hello.txt /
COPY hell* /
COPY whole/../ok /
COPY ok/../whole /
