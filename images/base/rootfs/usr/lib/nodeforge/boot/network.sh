# shellcheck shell=bash disable=SC2154 # what common.sh sets
# iptables flavour, DNS for pods, and a node that comes back with another address.

# One network namespace must not hold rules of both flavours: they do not see each other. The engine has written its DNS
# rules by now with the host's flavour, which decides. Without any, nft, unless this kernel has only the old tables.
choose_iptables() {
  local mode=nft legacy=0 program
  # Asking makes the old tables, where there are none yet: first look whether they are there.
  if has_line /proc/net/ip_tables_names || has_line /proc/net/ip6_tables_names; then
    legacy=$(count_rules iptables-legacy-save ip6tables-legacy-save)
  fi
  if ((legacy > 0)); then
    ((legacy <= $(count_rules iptables-nft-save ip6tables-nft-save))) || mode=legacy
  elif ! iptables-nft -t nat -S >/dev/null 2>&1; then
    mode=legacy
  fi
  for program in iptables ip6tables; do
    [[ /etc/alternatives/$program -ef /usr/sbin/$program-$mode ]] ||
      update-alternatives --set "$program" "/usr/sbin/$program-$mode" >/dev/null
  done
}

has_line() {
  local line
  { read -r line <"$1"; } 2>/dev/null
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
  local gateway protocol chain rule rules='' resolv
  local -A targets=()
  resolv=$(</etc/resolv.conf)
  # Docker leaves a changed resolv.conf alone at the next start: begin from what it wrote first.
  if [[ $'\n'$resolv$'\n' == *$'\nnameserver 127.0.0.11\n'* ]]; then write_if_changed "$kept/resolv.conf.engine" "$resolv"; fi
  [[ -f $kept/resolv.conf.engine ]] || return 0
  [[ $(ip -4 route show default) =~ ^default\ via\ ([0-9.]+) ]] || return 0
  gateway=${BASH_REMATCH[1]}
  while IFS= read -r rule; do
    if [[ $rule =~ ^-A\ DOCKER_OUTPUT\ .*-p\ (udp|tcp)\ .*--to-destination\ (127\.0\.0\.11:[0-9]+) ]]; then
      targets[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}
    fi
  done < <(iptables -t nat -S)
  for protocol in udp tcp; do
    [[ -n ${targets[$protocol]:-} ]] || { say "no rule of the engine's for DNS over $protocol: pods resolve only what the node's own server does"; return 0; }
    for chain in PREROUTING OUTPUT; do
      rules+="-A $chain -d $gateway/32 -p $protocol -m $protocol --dport 53 -j DNAT --to-destination ${targets[$protocol]}"$'\n'
    done
  done
  iptables-restore --wait --noflush <<<"*nat
${rules}COMMIT"
  # In place: the engine has bind-mounted the file.
  resolv=$(<"$kept/resolv.conf.engine")
  printf '%s\n' "${resolv//127.0.0.11/$gateway}" >/etc/resolv.conf
}

# After an engine restart the node may have got another's old address. What kubeadm wrote names the address of its day.
follow_changed_address() {
  local device family address before file
  local -A now=()
  while read -r _ device family address _; do
    [[ $device == cni0 || -n ${now[$family]:-} ]] || now[$family]=${address%/*}
  done < <(ip -o address show scope global)
  for family in inet inet6; do
    address=${now[$family]:-}
    [[ -n $address ]] || continue
    file=$kept/address-4 before=''
    [[ $family == inet ]] || file=$kept/address-6
    if [[ -f $file ]]; then before=$(<"$file"); fi
    if [[ -n $before && $address != "$before" ]]; then replace_address "$before" "$address"; fi
    write_if_changed "$file" "$address"
  done
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
