FROM scratch
COPY --link <<EOF /a/b
x
EOF
ADD --chmod=600 <<"EOF" hello.txt /c/
$nope
EOF
