FROM busybox
MAINTAINER Some One <someone@example.com>
