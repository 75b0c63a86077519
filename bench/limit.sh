# The parts of bench/limit.ts: what programs that do one thing each need for the bytes of a build. Sourced, with DIR CONTEXT REGISTRY BASE.
dir=$1 context=$2 registry=$3 base=$4
# Host-wide cgroup trees of both versions confuse crun.
umount /sys/fs/cgroup/unified 2>/dev/null || true

types='application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json'
types="$types, application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json"

manifest() { curl -sf -H "Accept: $types" "http://$registry/v2/${base%:*}/manifests/$1"; }

pull() {
  local repository=${base%:*} digest manifest
  manifest=$(manifest "${base##*:}")
  if grep -q '"manifests"' <<<"$manifest"; then
    manifest=$(manifest "$(grep -o 'sha256:[0-9a-f]*' <<<"$manifest" | head -1)")
  fi
  local i=0
  for digest in $(grep -o '"layers".*' <<<"$manifest" | grep -o 'sha256:[0-9a-f]*'); do
    curl -sf -o "$dir/blob-$i" "http://$registry/v2/$repository/blobs/$digest" &
    i=$((i + 1))
  done
  wait
  mkdir -p "$dir/root/dev" "$dir/root/proc"
  for blob in "$dir"/blob-*; do
    sha256sum "$blob" >/dev/null &
    igzip -d -c "$blob" | tar -C "$dir/root" -xpf - &
  done
  wait
}

# Hashes, compresses on all cores and uploads a layer.
layer() {
  local tar=$1 part place
  sha256sum "$tar" >/dev/null &
  split -n "$(nproc)" "$tar" "$tar."
  for part in "$tar".a?; do igzip -1 -c "$part" >"$part.gz" & done
  wait
  cat "$tar".a?.gz >"$tar.gz"
  local digest; digest=$(sha256sum "$tar.gz" | cut -d' ' -f1)
  place=$(curl -sf -X POST -D - -o /dev/null "http://$registry/v2/limit/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  case $place in http*) ;; *) place="http://$registry$place" ;; esac
  case $place in *\?*) place="$place&digest=sha256:$digest" ;; *) place="$place?digest=sha256:$digest" ;; esac
  curl -sf -o /dev/null -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$tar.gz" "$place"
  rm -f "$tar" "$tar".*
}

mount_over() { mount -t overlay overlay -o "lowerdir=$dir/root,upperdir=$dir/$1,workdir=$dir/$2" "$dir/$3"; }

# Runs a script in a container over a mounted tree.
step() {
  local bundle; bundle=$(mktemp -d "$dir/bundle-XXXXXX")
  cat >"$bundle/config.json" <<END
{"ociVersion":"1.0.2","process":{"terminal":false,"user":{"uid":0,"gid":0},"args":["/bin/sh","-c",$(json "$2")],"env":["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],"cwd":"/"},
"root":{"path":"$dir/$1","readonly":false},"mounts":[{"destination":"/proc","type":"proc","source":"proc"}],"linux":{"namespaces":[{"type":"pid"},{"type":"ipc"},{"type":"uts"},{"type":"mount"}]}}
END
  crun --cgroup-manager=disabled --root "$dir/crun" run -b "$bundle" "$(basename "$bundle")" </dev/null
}

stage() {
  mkdir "$dir/upper-$1" "$dir/work-$1" "$dir/merged-$1"
  mount_over "upper-$1" "work-$1" "merged-$1"
  step "merged-$1" "$2"
  umount "$dir/merged-$1"
}

json() { printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$/"/'; }
