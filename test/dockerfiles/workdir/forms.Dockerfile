FROM busybox
WORKDIR "/q d"
WORKDIR ../up
WORKDIR /a/
WORKDIR $nothing/b
WORKDIR ./
