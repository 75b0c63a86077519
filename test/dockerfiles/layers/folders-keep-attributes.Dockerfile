FROM busybox
RUN mkdir -p /o/p/q /g && chmod 2751 /o/p && chown 5:6 /o/p && chmod 700 /o && ln -s /o/p/q /l && chown 5:6 /g && chmod 2751 /g
COPY hello.txt /tmp/foo
RUN test "$(stat -c '%a' /tmp)" = 1777
COPY hello.txt /l/foo
COPY hello.txt /l/foo
COPY hello.txt other.txt /o/p/new/dir/
COPY <<EOT /tmp/heredoc
x
EOT
WORKDIR /tmp/w/x
COPY dir /g/copied
COPY --chown=1:2 hello.txt /g/n/f
COPY --chmod=700 hello.txt /g/m/f
WORKDIR /g/w/x
USER 7:8
WORKDIR /g/u/x
USER 0
RUN find /tmp /o /g -exec stat -c '%n %a %u:%g' {} + | sort >/seen
COPY --link hello.txt /tmp/linked
RUN stat -c '%n %a %u:%g' /tmp >>/seen
