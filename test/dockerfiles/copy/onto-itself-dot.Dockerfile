FROM busybox
WORKDIR /w
COPY dir .
COPY . ./all
