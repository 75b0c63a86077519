FROM busybox:1.36
RUN --mount=type=tmpfs,target=/t1,ro --mount=type=tmpfs,target=/etc/x --mount=type=tmpfs,target=/tmp --mount=type=tmpfs,target=/t2,size=1m,readonly=true \
    for d in /t1 /etc/x /tmp /t2; do stat -c '%a %u:%g' $d; touch $d/f && echo written; done >/seen; grep -E ' /(t|etc/x)' /proc/mounts >/mounts
