FROM scratch
WORKDIR /app
WORKDIR b
