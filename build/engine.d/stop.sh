# shellcheck shell=bash disable=SC2154 # what common.sh sets
# Stopping our engine, whatever state a kill -9 has left it in. Images and volumes stay in the state folder.

engine_down() {
  local begin pids
  begin=$(now_ms)
  mapfile -t pids < <(dockerd_pids; containerd_pids; shim_pids)
  if ((${#pids[@]} == 0)) && [[ ! -f $mounts_list ]]; then
    say "ours is not running"
    return 0
  fi
  need_root
  # dockerd stops its containers itself, ten seconds each at most and all at once.
  mapfile -t pids < <(dockerd_pids)
  end_processes 40 "${pids[@]}"
  kill_leftover_containers
  mapfile -t pids < <(containerd_pids)
  end_processes 10 "${pids[@]}"
  unmount_engines
  unmount_hierarchies
  remove_unmounted "$state/exec" "$state/c"
  rm -f "$socket" "$state/docker.pid"
  say "down in $(seconds_since "$begin"); images and volumes stay in $state"
}

# end_processes SECONDS PID...: asks, waits, then insists.
end_processes() {
  local patience=$1
  shift
  (($# > 0)) || return 0
  kill -TERM "$@" 2>/dev/null || true
  await_exit "$patience" "$@" && return 0
  kill -KILL "$@" 2>/dev/null || true
  await_exit 5 "$@" || die "process $* survives SIGKILL" "look at /proc/$1/stack"
}

# After a kill -9 of dockerd the containers live on below their shims; the end of a container's first process ends all of it.
kill_leftover_containers() {
  local shim child shims children=()
  mapfile -t shims < <(shim_pids)
  ((${#shims[@]} > 0)) || return 0
  for shim in "${shims[@]}"; do
    read -ra children <"/proc/$shim/task/$shim/children" || true
    for child in "${children[@]}"; do kill -KILL "$child" 2>/dev/null || true; done
  done
  end_processes 5 "${shims[@]}"
}
