# shellcheck shell=bash disable=SC2154 # what pod-network sets
# The first node's pod range, ten seconds early. kube-controller-manager waits one 10 s poll at its start before it hands
# out ranges, and a cluster's first node always gets the first one. So the first control-plane node takes that range itself.
# It happens only while the node is alone, so that nobody else can take the same; and a range that is set stays, so that
# the controller then counts this one as used.

manager_manifest=/etc/kubernetes/manifests/kube-controller-manager.yaml

# manager_flag NAME
manager_flag() { sed -n "s/^ *- --$1=//p" "$manager_manifest" | tail -n 1; }

claim_first_range() {
  local subnet range ranges=''
  [[ -r $manager_manifest && $(manager_flag allocate-node-cidrs) == true ]] || return 0
  local subnets
  subnets=$(manager_flag cluster-cidr)
  for subnet in ${subnets//,/ }; do
    range=$(first_range "$subnet")
    [[ -n $range ]] || return 0
    ranges+="${ranges:+,}\"$range\""
  done
  [[ -n $ranges ]] || return 0
  # Refused where this is not so simple after all: then the controller's turn comes in its own time.
  kubectl patch node "$node" --request-timeout=10s -p "{\"spec\":{\"podCIDR\":${ranges%%,*},\"podCIDRs\":[$ranges]}}" >/dev/null 2>&1 || true
}

# first_range SUBNET: of the node's size, whose defaults are 24 and 64 bits; nothing when the subnet is smaller than that.
first_range() {
  local address=${1%/*} bits=${1#*/} size
  if [[ $address == *:* ]]; then
    size=$(manager_flag node-cidr-mask-size-ipv6)
    size=${size:-64}
    # Only a subnet written with its host part empty begins with itself.
    [[ $address == *:: ]] && ((bits <= size)) && printf '%s/%s' "$address" "$size"
  else
    size=$(manager_flag node-cidr-mask-size-ipv4)
    size=${size:-$(manager_flag node-cidr-mask-size)}
    size=${size:-24}
    ((bits <= size)) && printf '%s/%s' "$(network_of "$address" "$bits")" "$size"
  fi || true
}

network_of() {
  local a b c d number
  IFS=. read -r a b c d <<<"$1"
  number=$(((a << 24 | b << 16 | c << 8 | d) & (0xffffffff << (32 - $2))))
  printf '%d.%d.%d.%d' $((number >> 24 & 255)) $((number >> 16 & 255)) $((number >> 8 & 255)) $((number & 255))
}
