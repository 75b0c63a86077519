FROM busybox
RUN touch "/with space" "/ünïcödé-名前" "/quote'\"" "/$(printf 'l%.0s' $(seq 1 200))" && mkdir -p "/$(printf 'd%.0s' $(seq 1 120))/$(printf 'e%.0s' $(seq 1 120))"
