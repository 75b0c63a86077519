FROM busybox
RUN echo x >/a && ln /a /b && mkdir /c && ln /a /c/d
