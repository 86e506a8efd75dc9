# shellcheck shell=bash disable=SC2154 # what pod-network sets
# Routes to the other nodes' pod ranges. Ours carry a protocol number of their own, so that those which nobody wants any
# longer are known from everybody else's.

route_protocol=73

family_of() { if [[ $1 == *:* ]]; then printf 6; else printf 4; fi; }

# routes_to "RANGE..." "ADDRESS...": a line "RANGE ADDRESS" for each range that has an address of its family.
routes_to() {
  local range address
  for range in $1; do
    for address in $2; do
      [[ $(family_of "$range") == "$(family_of "$address")" ]] || continue
      printf '%s %s\n' "$range" "$address"
      break
    done
  done
}

# keep_routes "RANGE ADDRESS"...: what is missing or goes elsewhere is set, what is too many goes.
keep_routes() {
  local range via address route
  local -A wanted=() present=()
  for route in "$@"; do wanted[$route]=1; done
  while read -r range via address _; do
    [[ $via != via ]] || present["$range $address"]=1
  done < <(for family in 4 6; do ip "-$family" route show proto "$route_protocol" 2>/dev/null; done)
  for route in "${!wanted[@]}"; do
    [[ -z ${present[$route]:-} ]] || continue
    read -r range address <<<"$route"
    if ip "-$(family_of "$range")" route replace "$range" via "$address" proto "$route_protocol"; then say "route: $range via $address"; fi
  done
  for route in "${!present[@]}"; do
    [[ -z ${wanted[$route]:-} ]] || continue
    read -r range address <<<"$route"
    # Of a range that another node took over it has been replaced above, and there is nothing to delete.
    if ip "-$(family_of "$range")" route delete "$range" via "$address" proto "$route_protocol" 2>/dev/null; then say "route gone: $range via $address"; fi
  done
}
