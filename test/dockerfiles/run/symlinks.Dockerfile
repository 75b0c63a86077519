FROM busybox
RUN ln -s /target /abs && ln -s ../x /rel && ln -s /etc /dirlink && echo via >/dirlink/via
