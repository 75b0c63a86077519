FROM no-such-image-anywhere:1
