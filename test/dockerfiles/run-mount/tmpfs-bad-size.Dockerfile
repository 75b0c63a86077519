FROM scratch
RUN --mount=type=tmpfs,target=/t,size=big true
