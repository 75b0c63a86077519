FROM scratch
CMD [1, 2]
