FROM busybox
WORKDIR /a b
WORKDIR ../up
WORKDIR c/
WORKDIR ./
WORKDIR ../../../..
