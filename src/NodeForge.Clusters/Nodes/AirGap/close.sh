# Leaves a node no way but to its own network: of each family FAMILY GATEWAY ADDRESS, with -4 or -6 for the family.
# What the node itself sends elsewhere goes into a device with nothing behind it, where it is heard; what its pods send is refused once it has
# been heard. The gateway is the engine's machine, which is outside. main's own default route is for programs that look for one.
ip link add nf-nowhere type veth peer name nf-end 2>/dev/null
for device in nf-nowhere nf-end; do ip link set "$device" arp off addrgenmode none up; done
while [ $# -gt 1 ]; do
  for rule in 90 91 92 93 94; do ip "$1" rule delete pref "$rule" 2>/dev/null; done
  ip "$1" route add default via "$2" 2>/dev/null
  ip "$1" route replace default dev nf-nowhere ${3:+src "$3"} table 90
  ip "$1" rule add pref 90 to "$2" iif lo lookup 90
  ip "$1" rule add pref 91 to "$2" unreachable
  ip "$1" rule add pref 92 lookup main suppress_prefixlength 0
  ip "$1" rule add pref 93 iif lo lookup 90
  ip "$1" rule add pref 94 unreachable
  shift 3
done
exit 0
