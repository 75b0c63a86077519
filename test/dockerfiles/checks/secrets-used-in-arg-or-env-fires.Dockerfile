FROM scratch
ARG API_KEY
ARG mypassword=1
ENV AWS_SECRET_ACCESS_KEY=x GITHUB_TOKEN=y
ENV auth z
ARG credential apikey pword
ARG DB_PASSWD
