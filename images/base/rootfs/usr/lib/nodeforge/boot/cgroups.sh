# shellcheck shell=bash
# The node must see itself at the root of every cgroup hierarchy: kubelet and cAdvisor join the path that /proc/PID/cgroup
# says to the mount point, and find nothing when the one is the host's and the other the container's.

# systemd 256 and later do not run on cgroup v1, and say so only to those who know where to look.
refuse_unsupported_host() {
  local version
  [[ ! -f /sys/fs/cgroup/cgroup.controllers ]] || return 0
  read -r _ version _ < <(/lib/systemd/systemd --version)
  ((version < 256)) && return 0
  say "this host has cgroup v1, and systemd $version of this image needs v2: take an image of Debian bookworm, or boot the host with systemd.unified_cgroup_hierarchy=1" >&2
  exit 1
}

# An engine that gives the container a cgroup namespace (--cgroupns=private, and every engine on cgroup v2) has done it.
# Where it has not, this process takes a namespace itself and starts over in it; exec keeps it process 1.
own_cgroup_namespace() {
  local path
  path=$(cgroup_path)
  if [[ -n ${NODEFORGE_CGROUPNS:-} ]]; then
    unset NODEFORGE_CGROUPNS
    # v1's mounts begin at the container's own group already; v2's one shows the host's whole tree.
    if [[ -f /sys/fs/cgroup/cgroup.controllers ]]; then mount -t cgroup2 cgroup2 /sys/fs/cgroup; fi
    return 0
  fi
  [[ $path != / ]] || return 0
  say "the engine gave no cgroup namespace (this is $path): taking one"
  NODEFORGE_CGROUPNS=taken exec unshare --cgroup -- "$0" "$@"
}

# The line of cgroup v2, or of v1's systemd hierarchy, or whichever there is.
cgroup_path() {
  local line chosen=''
  while IFS= read -r line; do
    case $line in
      0::*) [[ -n $chosen ]] || chosen=$line ;;
      *:name=systemd:* | *:cpu:* | *:cpu,cpuacct:*) chosen=$line ;;
    esac
  done </proc/self/cgroup
  chosen=${chosen#*:*:}
  printf '%s' "${chosen:-/}"
}
