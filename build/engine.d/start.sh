# shellcheck shell=bash disable=SC2154 # what common.sh sets
# Starting our engine: containerd and dockerd, each with every path of its own.

engine_up() {
  local host begin
  begin=$(now_ms)
  if host=$(answering_host); then
    if [[ $host == "$own_host" ]]; then say "already up: $host"; else say "an engine answers at $host: left alone"; fi
    return 0
  fi
  need_root
  [[ -z ${DOCKER_HOST:-} || $DOCKER_HOST == "$own_host" ]] || say "nothing answers at DOCKER_HOST=$DOCKER_HOST; starting one of our own"
  check_socket_length
  install_docker
  # Under systemd the package itself has started the machine's engine: then that one is it.
  if [[ -d /run/systemd/system ]] && await_answer "$default_host" 15; then
    say "docker.io started the machine's own engine at $default_host: using that"
    return 0
  fi
  forget_last_boot
  await_running_daemon && return 0
  mount_missing_hierarchies
  raise_inotify_limits
  start_containerd
  start_dockerd
  say "up in $(seconds_since "$begin"): $own_host"
  say "use it with: eval \"\$($0 env)\""
}

# sun_path holds 108 bytes with the closing NUL; containerd appends .ttrpc to its socket's name.
check_socket_length() {
  local path
  for path in "$socket" "$containerd_socket.ttrpc"; do
    ((${#path} < 108)) || die "the socket's path is ${#path} bytes long, and Linux allows 107: $path" \
      "set NODEFORGE_STATE to a shorter folder"
  done
}

# await_answer HOST SECONDS [PID]: gives up at once when PID has gone.
await_answer() {
  local deadline=$(($(now_ms) + $2 * 1000))
  until answers "$1"; do
    (($(now_ms) < deadline)) || return 1
    [[ -z ${3:-} ]] || is_running "$3" || return 1
    sleep 0.1
  done
}

# Run state of another boot names processes, sockets and mounts that no longer exist; a reused pid would be believed.
forget_last_boot() {
  local boot
  boot=$(cat /proc/sys/kernel/random/boot_id)
  if [[ $(cat "$state/boot-id" 2>/dev/null || true) != "$boot" ]]; then
    remove_unmounted "$state/exec" "$state/c"
    rm -f "$state/docker.pid" "$mounts_list"
    printf '%s\n' "$boot" >"$state/boot-id"
  fi
  # dockerd refuses to start when any process has the number in its pid file, ours or not.
  [[ -n $(dockerd_pids) ]] || rm -f "$state/docker.pid"
}

# A dockerd of ours that is there but silent: still starting, after a caller was killed, or stuck.
await_running_daemon() {
  local pid
  pid=$(dockerd_pids | head -n 1)
  [[ -n $pid ]] || return 1
  say "dockerd (process $pid) runs and does not answer yet; waiting"
  await_answer "$own_host" 60 "$pid" || ! is_running "$pid" ||
    die "dockerd (process $pid) does not answer" "see $engine_log" "or start afresh: $0 down; $0 up"
  is_running "$pid"
}

# Each node runs a systemd, a kubelet and a containerd, all watching files: 128 instances are used up by three nodes.
raise_inotify_limits() {
  local name want have
  while read -r name want; do
    have=$(cat "/proc/sys/fs/inotify/$name" 2>/dev/null) || continue
    ((have < want)) || continue
    if printf '%s' "$want" 2>/dev/null >"/proc/sys/fs/inotify/$name"; then say "raised fs.inotify.$name from $have to $want"; fi
  done <<<$'max_user_instances 1024\nmax_user_watches 524288'
}

# A containerd of our own: dockerd would otherwise take the machine's, if one runs, and put its containers in there.
start_containerd() {
  [[ -z $(containerd_pids) ]] || return 0
  mkdir -p "$state/c" "$containerd_root"
  cat >"$state/containerd.toml" <<TOML
version = 2
root = "$containerd_root"
state = "$state/c/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$containerd_socket"
TOML
  detach "$state/containerd.log" containerd --config "$state/containerd.toml"
}

start_dockerd() {
  local begin deadline pid logged runtime=()
  begin=$(now_ms)
  deadline=$((begin + 30000))
  if missing_capabilities; then
    # A copy: the engine outlives this checkout.
    install -m 0755 "$here/engine.d/runtime" "$state/runtime"
    runtime=(--add-runtime "nodeforge=$state/runtime" --default-runtime nodeforge)
    say "this host withholds capabilities: containers start through $state/runtime, which does without them"
  fi
  until [[ -S $containerd_socket ]]; do
    (($(now_ms) < deadline)) || die "containerd does not come up" "see $state/containerd.log"
    sleep 0.05
  done
  logged=$(stat --format %s "$engine_log" 2>/dev/null || echo 0)
  detach "$engine_log" dockerd --host "$own_host" --data-root "$state/data" --exec-root "$state/exec" \
    --pidfile "$state/docker.pid" --containerd "$containerd_socket" "${runtime[@]}"
  pid=$!
  if ! await_answer "$own_host" 60 "$pid"; then
    # Only what this start wrote: an earlier one's lines read as the cause.
    tail --bytes="+$((logged + 1))" "$engine_log" | tail -n 15 >&2 || true
    die "dockerd does not answer after $(seconds_since "$begin")" "its last lines are above, all of them in $engine_log"
  fi
}

# detach LOG COMMAND...: survives this shell and its terminal, and does not inherit the lock (or its holder would be dockerd).
detach() {
  local log=$1
  shift
  setsid nohup "$@" </dev/null >>"$log" 2>&1 9>&- &
}

# The bounding set has fewer bits than the kernel has capabilities.
missing_capabilities() {
  local key value last bounding=0
  while read -r key value; do
    [[ $key != CapBnd: ]] || bounding=$((16#$value))
  done </proc/self/status
  last=$(cat /proc/sys/kernel/cap_last_cap)
  ((bounding != (1 << (last + 1)) - 1))
}
