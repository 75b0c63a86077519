FROM busybox
VOLUME a/b /c/../d /e/
VOLUME [ "/h" , "i j" ]
VOLUME [/j]
