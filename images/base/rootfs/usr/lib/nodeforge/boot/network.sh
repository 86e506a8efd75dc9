# shellcheck shell=bash disable=SC2154 # what common.sh sets
# iptables flavour, DNS for pods, and a node that comes back with another address.

# One network namespace must not hold rules of both flavours: they do not see each other. The engine has written its DNS
# rules by now with the host's flavour, which decides. Without any, nft, unless this kernel has only the old tables.
choose_iptables() {
  local mode=nft nft legacy=0 program
  # Asking makes the old tables, where there are none yet: first look whether they are there.
  if [[ -n $(cat /proc/net/ip_tables_names /proc/net/ip6_tables_names 2>/dev/null) ]]; then
    legacy=$(count_rules iptables-legacy-save ip6tables-legacy-save)
  fi
  nft=$(count_rules iptables-nft-save ip6tables-nft-save)
  if ((legacy > nft)) || { ((nft == 0)) && ! iptables-nft -t nat -S >/dev/null 2>&1; }; then mode=legacy; fi
  for program in iptables ip6tables; do
    [[ $(readlink "/etc/alternatives/$program") == "/usr/sbin/$program-$mode" ]] ||
      update-alternatives --set "$program" "/usr/sbin/$program-$mode" >/dev/null
  done
}

count_rules() {
  local program
  for program in "$@"; do "$program" 2>/dev/null || true; done | grep -c '^-A' || true
}

# Services need the firewall to see what crosses the pod bridge. Needs the host's modules at /lib/modules.
load_bridge_filter() {
  [[ -e /proc/sys/net/bridge ]] || modprobe -q br_netfilter || say 'no br_netfilter in this kernel: Services fail between pods of one node'
}

# On a network of its own making, Docker's DNS listens on 127.0.0.11 of the node, where no pod can reach it. The node's
# gateway address stands for it: what goes there for port 53, from pods or from the node, goes to Docker's listener.
make_dns_reachable_for_pods() {
  local gateway protocol target resolv
  # Docker leaves a changed resolv.conf alone at the next start: begin from what it wrote first.
  if grep -q '^nameserver 127\.0\.0\.11$' /etc/resolv.conf; then cp /etc/resolv.conf "$kept/resolv.conf.engine"; fi
  [[ -f $kept/resolv.conf.engine ]] || return 0
  gateway=$(ip -4 route show default | awk '{ print $3; exit }')
  [[ -n $gateway ]] || return 0
  for protocol in udp tcp; do
    target=$(iptables -t nat -S | sed -n "s/^-A DOCKER_OUTPUT .*-p $protocol .*--to-destination \(127\.0\.0\.11:[0-9]*\).*/\1/p" | head -n 1)
    [[ -n $target ]] || { say "no rule of the engine's for DNS over $protocol: pods resolve only what the node's own server does"; return 0; }
    iptables -t nat -A PREROUTING -d "$gateway/32" -p "$protocol" --dport 53 -j DNAT --to-destination "$target"
    iptables -t nat -A OUTPUT -d "$gateway/32" -p "$protocol" --dport 53 -j DNAT --to-destination "$target"
  done
  # In place: the engine has bind-mounted the file.
  resolv=$(sed "s/127\.0\.0\.11/$gateway/" "$kept/resolv.conf.engine")
  printf '%s\n' "$resolv" >/etc/resolv.conf
}

# After an engine restart the node may have got another's old address. What kubeadm wrote names the address of its day.
follow_changed_address() {
  local family now before
  for family in 4 6; do
    now=$(own_address "$family")
    before=$(cat "$kept/address-$family" 2>/dev/null || true)
    if [[ -n $now && -n $before && $now != "$before" ]]; then replace_address "$before" "$now"; fi
    [[ -z $now ]] || write_if_changed "$kept/address-$family" "$now"
  done
}

own_address() {
  ip -o "-$1" address show scope global | awk '$2 != "cni0" { sub(/\/.*/, "", $4); print $4; exit }'
}

# Whole addresses only: 172.18.0.2 is not part of 172.18.0.20. Twice, for neighbours that share their one separator.
replace_address() {
  local old=${1//./\\.} files
  say "the address was $1 and is $2: rewriting it in the node's Kubernetes files"
  shopt -s nullglob
  files=(/etc/kubernetes/manifests/*.yaml /etc/kubernetes/*.conf /var/lib/kubelet/kubeadm-flags.env /var/lib/kubelet/config.yaml)
  shopt -u nullglob
  ((${#files[@]} == 0)) || sed -i -E -e "s/(^|[^0-9a-f.:])$old($|[^0-9a-f.])/\1$2\2/g" \
    -e "s/(^|[^0-9a-f.:])$old($|[^0-9a-f.])/\1$2\2/g" "${files[@]}"
  # /etc/hosts is bind-mounted too, so no sed -i there.
  sed -E "s/^$old([[:space:]])/$2\1/" /etc/hosts >"$kept/hosts" && cat "$kept/hosts" >/etc/hosts
}
