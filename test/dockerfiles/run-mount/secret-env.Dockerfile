FROM busybox
RUN --mount=type=secret,id=s,env=TOKEN printf '%s' "$TOKEN" | wc -c >/out; ls /run/secrets >/list 2>&1; true
