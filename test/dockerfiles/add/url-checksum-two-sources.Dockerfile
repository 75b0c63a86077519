FROM busybox
ARG SERVER
ADD --checksum=sha256:f7c20f1345e5a0562377d19bfd558c98adf9530b2cbfaa99f94080c459e1a05c $SERVER/file.txt $SERVER/noise /d/
