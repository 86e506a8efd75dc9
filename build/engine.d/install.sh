# shellcheck shell=bash disable=SC2154 # what common.sh sets
# Debian's docker.io, from the sources that this machine already has.

apt_wait=(-o DPkg::Lock::Timeout=600)

# `apt-get update` does not wait for its lists lock as the others do for dpkg's.
update_lists() {
  local attempt
  for attempt in 1 2 3 4 5 6; do
    if apt-get -q update >>"$state/apt.log" 2>&1; then return 0; fi
    ((attempt == 6)) || sleep 5
  done
  die "apt-get update fails" "see $state/apt.log"
}

install_docker() {
  local packages begin
  if command -v dockerd >/dev/null && command -v containerd >/dev/null; then return 0; fi
  command -v apt-get >/dev/null || die "dockerd is missing and this is no Debian: there is no apt-get" \
    "install a Docker engine by your system's means"
  mapfile -t packages < <(awk '$1 == "install" && $2 == "engine" { for (i = 3; i <= NF; i++) print $i }' "$here/packages")
  # With AppArmor in the kernel, dockerd loads its profile with apparmor_parser or refuses unprivileged containers.
  if [[ $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null || true) == Y ]]; then packages+=(apparmor); fi
  begin=$(now_ms)
  say "installing ${packages[*]} with apt"
  : >"$state/apt.log"
  update_lists
  DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "${apt_wait[@]}" install "${packages[@]}" \
    >>"$state/apt.log" 2>&1 </dev/null || die "apt-get install ${packages[*]} fails" "see $state/apt.log"
  say "installed in $(seconds_since "$begin")"
}
