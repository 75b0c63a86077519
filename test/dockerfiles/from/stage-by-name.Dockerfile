FROM busybox AS first
RUN echo first >/first
FROM first
RUN echo second >/second
