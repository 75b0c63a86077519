FROM scratch
ADD --checksum=sha256:abc https://example.invalid/x /
