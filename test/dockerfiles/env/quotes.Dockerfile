FROM busybox
ENV A="a"b'c' B="say \"hi\"" C='it'\''s' "D"=quoted E="x\ty" F=a\"b G="a'b"
