FROM scratch
COPY . /d
COPY out/in/keep /e
