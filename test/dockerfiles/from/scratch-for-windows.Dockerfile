FROM scratch
COPY . /app/
ENV A=b
