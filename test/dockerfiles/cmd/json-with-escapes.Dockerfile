FROM busybox
CMD ["a\tb", "\u00e9", "c:\\d", "\"q\""]
