# shellcheck shell=bash disable=SC2154 # what common.sh sets
# Which processes are ours: a pid file alone is not believed, since after a reboot or a kill -9 the number can be anybody's.

# is_ours PID PROGRAM ARGUMENT: the process runs PROGRAM and has ARGUMENT among its arguments.
is_ours() {
  local pid=$1 program=$2 argument=$3 word first=yes found=no
  [[ $pid =~ ^[0-9]+$ && -r /proc/$pid/cmdline ]] || return 1
  while IFS= read -r -d '' word; do
    if [[ $first == yes ]]; then
      [[ ${word##*/} == "$program" ]] || return 1
      first=no
    elif [[ $word == "$argument" ]]; then
      found=yes
    fi
  done 2>/dev/null <"/proc/$pid/cmdline"
  [[ $found == yes ]]
}

# pids_of PROGRAM ARGUMENT: every process of ours of that kind, one a line.
pids_of() {
  local entry
  for entry in /proc/[0-9]*; do
    if is_ours "${entry#/proc/}" "$1" "$2"; then printf '%s\n' "${entry#/proc/}"; fi
  done
}

dockerd_pids() { pids_of dockerd "$own_host"; }
containerd_pids() { pids_of containerd "$state/containerd.toml"; }
shim_pids() { pids_of containerd-shim-runc-v2 "$containerd_socket"; }

# A zombie still has a /proc entry and counts as gone. Not by its command line: that reads empty for as long as execve
# loads a program, which from a cold disk takes longer than the first look at a dockerd just started.
is_running() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  # The name, in parentheses, may hold anything, a parenthesis too; the state is the first word after the last of them.
  stat=${stat##*) }
  [[ ${stat%% *} != [ZX] ]]
}

# await_exit SECONDS PID...
await_exit() {
  local deadline=$(($(now_ms) + $1 * 1000)) pid
  shift
  for pid in "$@"; do
    while is_running "$pid"; do
      (($(now_ms) < deadline)) || return 1
      sleep 0.05
    done
  done
}
