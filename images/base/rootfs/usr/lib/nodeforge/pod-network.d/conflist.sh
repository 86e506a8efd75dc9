# shellcheck shell=bash disable=SC2154 # what pod-network sets
# CNI network configuration list for the container runtime, which watches its folder.

conflist=/etc/cni/net.d/10-nodeforge.conflist

# write_conflist "RANGE [RANGE]"
write_conflist() {
  local text range ranges=''
  for range in $1; do ranges+="${ranges:+, }[{\"subnet\": \"$range\"}]"; done
  # Addresses in /run: after a restart of the node no sandbox is left that holds one. isDefaultGateway brings the default
  # route; naming one as well fails with "file exists".
  IFS= read -r -d '' text <<JSON || true
{
  "cniVersion": "0.4.0",
  "name": "nodeforge",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "cni0",
      "isDefaultGateway": true,
      "hairpinMode": true,
      "mtu": $(node_mtu),
      "ipam": {"type": "host-local", "dataDir": "/run/nodeforge/pod-addresses", "ranges": [$ranges]}
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
JSON
  text=${text%$'\n'}
  [[ ! -f $conflist || $(<"$conflist") != "$text" ]] || return 0
  # A bridge with the address of another range makes the plugin refuse every pod.
  if [[ -f $conflist ]]; then ip link delete cni0 2>/dev/null || true; fi
  [[ -d ${conflist%/*} ]] || mkdir -p "${conflist%/*}"
  printf '%s\n' "$text" >"$conflist.new"
  mv -f "$conflist.new" "$conflist"
  say "pod range of this node: $1"
}

# Pods' packets leave by the node's own interface, whatever the engine made it carry.
node_mtu() {
  local device=lo
  if [[ $(ip -o route show default) =~ \ dev\ ([^[:space:]]+) ]]; then device=${BASH_REMATCH[1]}; fi
  printf '%s' "$(<"/sys/class/net/$device/mtu")"
}
