# shellcheck shell=bash
# Devices and mounts as systemd and the kubelet want them.

# The kubelet reads the kernel's log for out-of-memory kills and does not start without /dev/kmsg; some engines withhold it.
make_kernel_log() {
  [[ ! -e /dev/kmsg ]] || return 0
  say 'no /dev/kmsg here: the console stands in for it'
  ln -s /dev/console /dev/kmsg
}

# Mounts that a pod makes with Bidirectional propagation reach the node, and the node's reach pods, only from shared mounts.
make_mounts_shared() { mount --make-rshared /; }

# systemd's container interface: /sys is read-only in a container, or it would manage the host's devices.
# In a user namespace the kernel refuses the remount, and protects /sys itself.
make_sys_read_only() {
  mount -o remount,ro /sys 2>/dev/null || in_user_namespace || say 'cannot make /sys read-only'
  # The cgroup tree below it stays writable: it is the node's own.
  [[ -w /sys/fs/cgroup ]] || mount -o remount,rw /sys/fs/cgroup 2>/dev/null || true
}
