# shellcheck shell=bash disable=SC2154 # what common.sh sets
# Who this node is: kubelets and network add-ons tell nodes apart by machine id and system UUID, and all containers of a
# host would share the host's.

# Once per node, not per start: the id is part of what the node reports of itself. The image carries an empty file.
give_machine_id() {
  local id
  if [[ ! -s $kept/machine-id ]]; then
    read -r id </proc/sys/kernel/random/uuid
    write_if_changed "$kept/machine-id" "${id//-/}"
  fi
  printf '%s\n' "$(<"$kept/machine-id")" >/etc/machine-id
}

# DMI is the host's; cloud providers' code and cAdvisor read it through sysfs.
hide_product_of_host() {
  local directory id
  if [[ ! -s $kept/product_uuid ]]; then
    read -r id </proc/sys/kernel/random/uuid
    write_if_changed "$kept/product_uuid" "$id"
  fi
  printf 'nodeforge\n' >"$kept/product_name"
  for directory in /sys/class/dmi/id /sys/devices/virtual/dmi/id; do
    cover "$kept/product_name" "$directory/product_name"
    cover "$kept/product_uuid" "$directory/product_uuid"
  done
}

# The two directories are one file system seen twice, so the second mount lands on the first: no harm.
cover() {
  [[ -f $2 ]] || return 0
  mount -o ro,bind "$1" "$2" || say "cannot cover $2"
}

# Services get systemd's environment, not the container's. %, " and \ mean something to systemd.
pass_proxies() {
  local name value line=''
  for name in HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
    value=${!name:-}
    [[ -n $value ]] || continue
    value=${value//\\/\\\\}
    value=${value//\"/\\\"}
    line+=" \"$name=${value//%/%%}\""
  done
  [[ -d /etc/systemd/system.conf.d ]] || mkdir -p /etc/systemd/system.conf.d
  write_if_changed /etc/systemd/system.conf.d/10-nodeforge-proxy.conf "[Manager]
DefaultEnvironment=${line# }"
}
