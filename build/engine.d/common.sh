# shellcheck shell=bash disable=SC2034 # the other parts read these
# Paths, messages and the lock that the other parts share.

state_root=${NODEFORGE_STATE:-${XDG_STATE_HOME:-${HOME:-/root}/.local/state}/nodeforge}
[[ $state_root == /* ]] || state_root=$PWD/$state_root
state=$state_root/engine
socket=$state/docker.sock
own_host=unix://$socket
engine_log=$state/dockerd.log
containerd_root=$state/containerd
containerd_socket=$state/c/c.sock

# Everything but `env` and `status` results goes to stderr, so that `eval "$(engine env)"` stays clean.
say() { printf 'engine: %s\n' "$*" >&2; }

# Exit code 5 is the project's "environment" code.
die() {
  printf 'engine: error: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf 'engine:   %s\n' "$line" >&2; done
  exit 5
}

seconds_since() {
  local tenths=$((($(now_ms) - $1) / 100))
  printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

now_ms() { printf '%s' "$((${EPOCHREALTIME/[.,]/} / 1000))"; }

need_root() {
  [[ $EUID -eq 0 ]] || die "an engine of our own needs root, and this is uid $EUID" \
    "run: sudo -E $0 up" "or start any Docker engine yourself and set DOCKER_HOST"
}

# Two callers at once: the second waits, then finds the first one's engine answering.
with_lock() {
  mkdir -p "$state"
  chmod 0711 "$state_root" "$state" 2>/dev/null || true
  exec 9>"$state/lock"
  if ! flock -n 9; then
    say "another call is at work on $state; waiting for it"
    flock -w 300 9 || die "another call has held $state/lock for 5 minutes" "look at: fuser -v $state/lock"
  fi
  "$@"
}
