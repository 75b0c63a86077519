FROM busybox
COPY --exclude=sub/deep --exclude=!sub/deep/five.md dir /a
COPY --exclude=/one.txt --exclude=./two.md dir /b
COPY --exclude=sub/** dir /c
COPY --exclude=[a-s]* dir /d
