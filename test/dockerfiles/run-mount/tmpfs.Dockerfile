FROM busybox
RUN --mount=type=tmpfs,target=/t echo x >/t/x && grep ' /t ' /proc/mounts | cut -d' ' -f3 >/out
