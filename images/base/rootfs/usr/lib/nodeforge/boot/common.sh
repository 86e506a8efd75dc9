# shellcheck shell=bash disable=SC2034 # the other parts read these
# What the boot steps share. They ask bash before they start a program: a start takes milliseconds, several nodes boot
# at once, and the first one's API server waits for the same processor.

# Survives restarts of the node, and goes with it.
kept=/var/lib/nodeforge

# What the node image chose: SANDBOX_IMAGE, SYSTEMD_CGROUP, KUBELET_ARGUMENTS, one NAME=value a line.
node_env=/usr/lib/nodeforge/node.env

say() { printf 'nodeforge: %s\n' "$*"; }

# node_setting NAME: its value, empty when the image does not say.
node_setting() {
  local line value=''
  [[ -r $node_env ]] || return 0
  while IFS= read -r line; do
    [[ $line != "$1="* ]] || value=${line#*=}
  done <"$node_env"
  printf '%s' "$value"
}

# The first id of the host's range maps to itself over the whole range only outside a user namespace.
in_user_namespace() {
  local inside outside count
  read -r inside outside count </proc/self/uid_map
  [[ $inside != 0 || $outside != 0 || $count != 4294967295 ]]
}

# write_if_changed FILE TEXT: by rename, so that a kill -9 never leaves half a file.
write_if_changed() {
  [[ ! -f $1 || $(<"$1") != "$2" ]] || return 0
  printf '%s\n' "$2" >"$1.new"
  mv -f "$1.new" "$1"
}
