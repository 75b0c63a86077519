FROM scratch
ONBUILD --x RUN true
