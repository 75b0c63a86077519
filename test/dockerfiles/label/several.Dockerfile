FROM busybox
LABEL a=1 b="two words" c='x' "quoted key"=y
LABEL multi="line one \
line two"
