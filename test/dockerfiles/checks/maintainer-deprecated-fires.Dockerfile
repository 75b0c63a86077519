FROM scratch
MAINTAINER someone@example.com
COPY hello.txt /
