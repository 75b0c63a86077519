FROM debian:12
RUN <<MAKE
printf 'dup:x:10:root\ndup:x:10:root\nr2:x:20:root,me\nbad:x:abc:root\n:x:77:root\n r3:x:30: root , x\nshort:x\n\n#c:x:88:root\nextra:x:44:root:more\n' >>/etc/group
i=0; m=root; while [ $i -lt 3000 ]; do m=$m,u$i; i=$((i+1)); done
echo "long:x:99:$m" >>/etc/group
printf 'me:x:500:501:::/bin/sh\nme2:x:500:502::/home/me2:/bin/sh\nnogid:x:600::::\nword:x:abc:1::/w:/bin/sh\nfew:x:601\n  sp:x:602:603::/h:/bin/sh\nroot2:x:0:7::/r2:\n#h:x:700:700::/h:\n' >>/etc/passwd
echo "all:x:21:root2,me2,nogid,500,600,few,sp,#h,word" >>/etc/group
mkdir -m 1777 /out
MAKE
RUN echo "$(id) $HOME" >/out/none
USER 0
RUN echo "$(id) $HOME" >/out/zero
USER 0:0
RUN echo "$(id) $HOME" >/out/zero-zero
USER root:
RUN echo "$(id) $HOME" >/out/root-colon
USER :
RUN echo "$(id) $HOME" >/out/colon
USER :0
RUN echo "$(id) $HOME" >/out/colon-zero
USER :r2
RUN echo "$(id) $HOME" >/out/colon-name
USER 0:bad
RUN echo "$(id) $HOME" >/out/zero-bad
USER me
RUN echo "$(id) $HOME" >/out/me
USER 500:
RUN echo "$(id) $HOME" >/out/number-colon
USER +500
RUN echo "$(id) $HOME" >/out/plus
USER me:dup
RUN echo "$(id) $HOME" >/out/me-dup
USER nogid
RUN echo "$(id) $HOME" >/out/nogid
USER few
RUN echo "$(id) $HOME" >/out/few
USER sp
RUN echo "$(id) $HOME" >/out/sp
USER me2
RUN echo "$(id) $HOME" >/out/me2
USER root2
RUN echo "$(id) $HOME" >/out/root2
USER word
RUN echo "$(id) $HOME" >/out/word
USER #h
RUN echo "$(id) $HOME" >/out/hash
USER 12345
RUN echo "$(id) $HOME" >/out/unknown
USER 4294967294:0
RUN echo "$(id) $HOME" >/out/last
