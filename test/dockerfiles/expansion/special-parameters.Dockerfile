FROM busybox
ENV a=[$@] b=[$1] c=[${2}] d=[$#] e=[$-] f=[${0}]
