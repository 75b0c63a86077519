FROM busybox
ENV A=image
RUN A=shell; echo "$A ${A:-x} \$A" >/a
CMD echo $A
ENTRYPOINT ["echo", "$A"]
