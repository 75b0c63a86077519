FROM busybox
RUN echo a >/a
RUN ln /a /b && stat -c '%n %h' /a /b >/links-of-the-step
RUN stat -c '%n %h' /a /b >/links-of-the-next-step
