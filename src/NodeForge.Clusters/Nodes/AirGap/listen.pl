# Counts what a node and its pods send to places outside of the cluster, and the names that they look up.
# FILE OWN-ADDRESS PODS INSIDE OUTSIDE DOMAINS: ranges and domains with commas between them; OUTSIDE has what is taken out of INSIDE.
# Written are lines of COUNT LAST ASKER name NAME, COUNT LAST ASKER packet PROTOCOL ADDRESS PORT; ASKER is a pod's address, or - for the node.
use strict; use Socket qw(:DEFAULT inet_ntop inet_pton AF_INET6);
my ($file, $own, $pods, $inside, $outside, $domains) = @ARGV;
my @domains = split /,/, $domains;

# Of a range the mask and the address, as bytes.
sub ranges { map {
  my ($at, $bits) = split m{/}; my $address = inet_pton($at =~ /:/ ? AF_INET6 : AF_INET, $at); my $size = 8 * length $address;
  my $mask = pack "B$size", '1' x $bits . '0' x ($size - $bits); [$mask, $address & $mask]
} split /,/, shift }
sub within { my $address = shift; grep { length $_->[0] == length $address && ($address & $_->[0]) eq $_->[1] } @_ }
my @pods = ranges $pods; my @inside = ranges $inside; my @outside = ranges $outside;

# Classic BPF (networking/filter.txt): most of what a node sends is its cluster's own, and stays in the kernel. What passes is judged again below.
sub op { pack 'S C C L', @_ }
my ($pass, $drop) = (op(0x06, 0, 0, 1024), op(0x06, 0, 0, 0));
sub match {
  my ($at, $range, $verdict) = @_;
  my @words = grep { $_->[1] } map { [$at + 4 * $_, map { unpack "x$_->[0] N", $_->[1] } ([4 * $_, $range->[0]], [4 * $_, $range->[1]])] } 0 .. length($range->[0]) / 4 - 1;
  my $left = 3 * @words;
  join '', (map { $left -= 3; op(0x20, 0, 0, $_->[0]) . op(0x54, 0, 0, $_->[1]) . op(0x15, 0, $left + 1, $_->[2]) } @words), $verdict;
}
sub judge {
  my ($size, $at) = @_;
  join '', (map { match($at, $_, $pass) } grep { length $_->[0] == $size } @outside), (map { match($at, $_, $drop) } grep { length $_->[0] == $size } @inside), $pass;
}
my $four = op(0x30, 0, 0, 23) . op(0x15, 0, 7, 17) . op(0xb1, 0, 0, 14) . op(0x48, 0, 0, 16) . op(0x15, 0, 1, 53) . $pass
  . op(0x20, 0, 0, 30) . op(0x15, 0, 1, 0x7f00000b) . $pass . judge(4, 30);
my $six = op(0x30, 0, 0, 20) . op(0x15, 0, 3, 17) . op(0x28, 0, 0, 56) . op(0x15, 0, 1, 53) . $pass . judge(16, 38);
# Where close.sh's device ends, everything comes a second time.
open my $ending, '<', '/sys/class/net/nf-end/ifindex'; my $end = $ending && <$ending> || 0;
my $filter = op(0x20, 0, 0, 0xfffff008) . op(0x15, 0, 1, $end) . $drop . op(0x30, 0, 0, 0xfffff004) . op(0x15, 3, 0, 4) . op(0x15, 2, 0, 3) . op(0x15, 1, 0, 0) . $drop
  . op(0x28, 0, 0, 12) . op(0x15, 2, 0, 0x0800) . op(0x15, 2, 0, 0x86dd) . $drop . op(0x05, 0, 0, length($six) / 8) . $six . $four;

my (%heard, $dirty, $hears, $s); my $saved = 0;
if (open my $before, '<', $file) { while (<$before>) { $heard{$3} = [$1, $2] if /^(\d+) (\d+) (\S+ \S.*)$/ } }
sub note { my $what = "@_"; $what = '- more' unless $heard{$what} || keys %heard < 4096; $heard{$what}[0]++; $heard{$what}[1] = time; $dirty = 1 }
sub save {
  # packet(7): what came quicker than it was read (PACKET_STATISTICS), since it was last asked.
  my $lost = $hears ? (unpack 'I I', getsockopt $s, 263, 6)[1] : 0;
  ($heard{'- more'}[0] += $lost, $heard{'- more'}[1] = time) if $lost;
  open my $out, '>', "$file.new" or return;
  print $out "listening\n" if $hears; print $out "$heard{$_}[0] $heard{$_}[1] $_\n" for sort keys %heard;
  close $out and rename "$file.new", $file; $dirty = 0; $saved = time;
}
sub name {
  my ($dns, $name, $at) = (shift, '', 12);
  while ($at < length $dns) { my $n = unpack "x$at C", $dns; last if !$n || $n > 63; $name .= substr($dns, $at + 1, $n) . '.'; $at += $n + 1 }
  $name =~ s/[^!-~]/?/g; (lc $name, $at + 1);
}

save();
socket $s, 17, 3, unpack 'S', pack 'n', 3 or die "socket: $!\n";
setsockopt $s, 1, 33, pack 'i', 8 << 20; # SO_RCVBUFFORCE
setsockopt $s, 1, 26, pack 'S x!8 P', length($filter) / 8, $filter or warn "filter: $!\n";
# Docker before 25 passes on what it cannot resolve, and waits: it is told at once that there is no such name.
socket my $d, AF_INET, SOCK_DGRAM, 0; bind $d, pack_sockaddr_in 53, inet_aton '127.0.0.1' or undef $d;
$hears = 1; save();
$SIG{TERM} = sub { save() if $dirty; exit 0 };
# Where the engine has a resolver of its own, it is that which asks at 127.0.0.1: its askers were heard.
open my $resolv, '<', '/etc/resolv.conf'; my $direct = grep { /^nameserver 127\.0\.0\.1$/ } <$resolv>;
if (my $notify = $ENV{NOTIFY_SOCKET}) { $notify =~ s/^@/\0/; socket my $n, AF_UNIX, SOCK_DGRAM, 0; send $n, 'READY=1', 0, pack_sockaddr_un $notify }

# Which devices pods send by: not the node's own way out, nor a bridge, whose ports are heard. A port sees packets for the bridge, or for who
# knows whom (3: another host), before the firewall has changed where they go.
my %pods;
open my $links, '-|', qw(ip -o address show to), $own; while (<$links>) { $pods{$1} = 0 if /^(\d+):/ } close $links;
sub of_pods {
  my $link = shift;
  $pods{$link} //= !grep { open my $index, '<', "$_/ifindex"; $index && <$index> == $link && (-d "$_/bridge" || m{/(lo|nf-\w+)$}) } glob '/sys/class/net/*';
}
while (1) {
  my $ready = ''; vec($ready, fileno $s, 1) = 1; vec($ready, fileno $d, 1) = 1 if $d;
  select $ready, undef, undef, $dirty ? 0.3 : undef or do { save() if $dirty; next };
  if ($d && vec $ready, fileno $d, 1) {
    my $from = recv $d, my $q, 4096, 0;
    if (defined $from && length $q > 12 && !(unpack('x2 C', $q) & 128)) {
      my (undef, $end) = name($q);
      send $d, substr($q, 0, 2) . pack('n5', 0x8083 | unpack('x2 n', $q) & 0x0100, 1, 0, 0, 0) . substr($q, 12, $end - 8), 0, $from;
    }
  }
  next unless vec $ready, fileno $s, 1;
  my $from = recv $s, my $p, 1024, 0; next unless defined $from && length $p > 34;
  my ($link, $kind) = (unpack('x4 i', $from), unpack('x10 C', $from));
  next unless $kind == 4 || ($kind == 0 || $kind == 3) && of_pods($link);
  my ($type, $protocol, $source, $to, $rest) = unpack 'x12 n', $p;
  if ($type == 0x0800) { ($protocol, $source, $to) = unpack 'x23 C x2 a4 a4', $p; $rest = substr $p, 14 + 4 * (unpack('x14 C', $p) & 15) }
  elsif ($type == 0x86dd && length $p >= 54) { ($protocol, $source, $to) = unpack 'x20 C x a16 a16', $p; $rest = substr $p, 54 }
  else { next }
  next if $kind == 4 && within $source, @pods; # heard where it came from the pod
  my ($asker, $place) = map { inet_ntop length == 4 ? AF_INET : AF_INET6, $_ } $source, $to;
  $asker = '-' if $kind == 4;
  my $port = $protocol =~ /^(6|17|132)$/ && length $rest > 3 ? unpack 'x2 n', $rest : 0;
  if ($protocol == 17 && ($port == 53 && ($direct || $place ne '127.0.0.1') || $place eq '127.0.0.11') && length $rest > 20 && !(unpack('x10 C', $rest) & 128)) {
    my ($name) = name(substr $rest, 8);
    note($asker, 'name', $name) if length $name && !grep { ".$name" =~ /\.\Q$_\E\.$/ } @domains;
  }
  # At the gateway's port 53 the node's own firewall has the engine's resolver: no packet of that gets there.
  note($asker, 'packet', $protocol, $place, $port) if within($to, @outside) ? $port != 53 : !within $to, @inside;
  save() if $dirty && time != $saved;
}
