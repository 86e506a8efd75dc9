# shellcheck shell=bash disable=SC2154 # what common.sh sets
# containerd's one configuration file, fitted to the image's Kubernetes and to this host. Line by line and in place:
# containerd 1.6 and 1.7 replace a plugin's whole section when an imported file names it, so there is nothing to import;
# and a cluster tool may have patched the file since.

containerd_config=/etc/containerd/config.toml

configure_containerd() {
  local value changes=()
  # What the image chose is set once, or a restart would undo such a patch. What the host forces is set at every start.
  if [[ ! -e $kept/containerd-configured ]]; then
    value=$(node_setting SANDBOX_IMAGE)
    [[ -z $value ]] || set_containerd sandbox_image "\"$value\""
    value=$(node_setting SYSTEMD_CGROUP)
    [[ -z $value ]] || set_containerd SystemdCgroup "$value"
  fi
  value=$(choose_snapshotter)
  [[ $value == overlayfs ]] || set_containerd snapshotter "\"$value\""
  may_lower_oom_score || set_containerd restrict_oom_score_adj true
  ((${#changes[@]} == 0)) || sed -i "${changes[@]}" "$containerd_config"
  : >"$kept/containerd-configured"
}

# set_containerd KEY VALUE: the value of a line that the file already has, among the changes.
set_containerd() {
  changes+=(-e "s|^\([[:space:]]*$1[[:space:]]*=[[:space:]]*\).*|\1$2|")
}

# kind's variable, since kind passes it to the nodes that it starts. overlayfs does not lie on top of zfs, nor of another
# overlayfs: /var is a volume for that reason, and where it is not, plain copies are what is left.
choose_snapshotter() {
  local wanted=${KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER:-}
  case $wanted in
    overlayfs | native)
      printf '%s' "$wanted"
      return
      ;;
    '') ;;
    *) say "snapshotter $wanted is not in this image; choosing one" >&2 ;;
  esac
  case $(stat -f -c %T /var/lib/containerd 2>/dev/null || stat -f -c %T /var) in
    zfs | overlayfs | aufs) printf native ;;
    *) printf overlayfs ;;
  esac
}

# Without CAP_SYS_RESOURCE a process cannot make itself harder to kill than it is, and runc then starts no pod.
may_lower_oom_score() {
  (
    read -r now </proc/self/oom_score_adj
    printf '%s' "$((now - 1))" >/proc/self/oom_score_adj
  ) 2>/dev/null
}
