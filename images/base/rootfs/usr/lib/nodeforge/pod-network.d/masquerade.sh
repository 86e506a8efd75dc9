# shellcheck shell=bash disable=SC2154 # what routes.sh sets
# Pods speak to the world with the node's address: nobody outside has a route to theirs. Among themselves they keep their own.

# masquerade "OWN RANGE..." "POD SUBNET[,POD SUBNET]"
masquerade() {
  local range
  for range in $1; do
    if [[ $range == *:* ]]; then
      masquerade_family ip6tables "$range" "$2" ff00::/8
    else
      masquerade_family iptables "$range" "$2" 224.0.0.0/4
    fi
  done
}

# One transaction: naming the chain empties it.
masquerade_family() {
  local program=$1 range=$2 multicast=$4 subnet rules=''
  for subnet in ${3//,/ }; do
    [[ $(family_of "$subnet") != "$(family_of "$range")" ]] || rules+="-A NODEFORGE-PODS -s $range -d $subnet -j RETURN"$'\n'
  done
  rules+="-A NODEFORGE-PODS -s $range -d $multicast -j RETURN"$'\n'
  rules+="-A NODEFORGE-PODS -s $range -j MASQUERADE"
  [[ $rules != "${masqueraded[$program]:-}" ]] || return 0
  "$program-restore" --wait --noflush <<<"*nat
:NODEFORGE-PODS - [0:0]
$rules
COMMIT"
  "$program" --wait -t nat -C POSTROUTING -j NODEFORGE-PODS 2>/dev/null || "$program" --wait -t nat -A POSTROUTING -j NODEFORGE-PODS
  masqueraded[$program]=$rules
}

declare -A masqueraded=()
