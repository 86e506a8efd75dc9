# shellcheck shell=bash disable=SC2154 # what common.sh sets
# cgroup v1 hosts that mount only some hierarchies: a kubelet with a cgroup root of its own dies with
# 'cgroup-root doesn't exist' when a controller that the kernel has is mounted nowhere.

mounts_list=$state/mounts

# Not by the hierarchy number in /proc/cgroups: one that was just unmounted keeps its number for a while.
is_mounted_controller() { grep -Eq "^[^ ]+ [^ ]+ cgroup ([^ ]*,)?$1[, ]" /proc/self/mounts; }

mount_missing_hierarchies() {
  local name enabled mounted=()
  [[ $(stat -f -c %T /sys/fs/cgroup 2>/dev/null) != cgroup2fs ]] || return 0
  [[ -r /proc/cgroups && -d /sys/fs/cgroup ]] || return 0
  while read -r name _ _ enabled; do
    [[ $name != \#* && $enabled == 1 ]] || continue
    ! is_mounted_controller "$name" || continue
    mkdir "/sys/fs/cgroup/$name" 2>/dev/null || continue
    if mount -t cgroup -o "$name" cgroup "/sys/fs/cgroup/$name" 2>/dev/null; then
      mounted+=("$name")
      mount_at "/sys/fs/cgroup/$name" >>"$mounts_list"
    else
      rmdir "/sys/fs/cgroup/$name"
    fi
  done </proc/cgroups
  ((${#mounted[@]} == 0)) || say "mounted the missing cgroup hierarchies: ${mounted[*]}"
}

# Only the mounts that the list names, none that took the place of one since; a hierarchy that somebody else uses by now stays (umount says busy),
# and so does its line.
unmount_hierarchies() {
  local fields path left=()
  [[ -f $mounts_list ]] || return 0
  while read -r fields; do
    is_mounted "$fields" || continue
    path=$(plain "${fields##* }")
    if ! is_covered "${fields%% *}" && umount "$path" 2>/dev/null; then
      rmdir "$path" 2>/dev/null || true
    else
      left+=("$fields")
      say "left $path mounted: it is in use"
    fi
  done <"$mounts_list"
  rm -f "$mounts_list"
  ((${#left[@]} == 0)) || printf '%s\n' "${left[@]}" >"$mounts_list"
}
