FROM busybox
LABEL größe="名前 🎉"
RUN echo "🎉" >/名前
