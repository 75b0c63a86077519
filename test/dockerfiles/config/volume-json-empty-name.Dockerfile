FROM scratch
VOLUME ["a", ""]
