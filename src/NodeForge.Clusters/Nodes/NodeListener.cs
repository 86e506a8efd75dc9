using System.Text;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Nodes;

/// <summary>Hears what a node sends out of its cluster: a second container of the same image in the node's own network, which also gives it
/// a way that leads nowhere.</summary>
/// <remarks>Without a default route the node's programs would be refused before they send anything, and nobody would know whom they
/// wanted.</remarks>
internal static class NodeListener
{
    // A packet socket (packet(7)) in Perl, which Debian's images have. Of what the node sends itself: names that are looked up, and packets
    // to places that are none of the cluster's.
    // What goes to 127.0.0.11 is for the engine's own resolver, whatever the port (Docker's NAT changes it before the packet is seen).
    private const string Program = """
        use strict; use Socket qw(inet_aton inet_ntop AF_INET6); $| = 1;
        my @inside = map { my ($at, $bits) = split m{/}; my $mask = $bits ? (0xffffffff << (32 - $bits)) & 0xffffffff : 0; [unpack('N', inet_aton($at)) & $mask, $mask] } grep { !/:/ } @ARGV;
        socket(my $s, 17, 3, unpack('S', pack('n', 3))) or die "socket: $!\n";
        print "listening\n";
        while (1) {
          my $from = recv($s, my $p, 65535, 0);
          next unless defined $from && length $p > 34 && unpack('x10 C', $from) == 4;
          my $type = unpack 'x12 n', $p; my ($protocol, $to, $rest, $in);
          if ($type == 0x0800) {
            ($protocol, my $number) = (unpack('x23 C', $p), unpack('x30 N', $p));
            $to = join '.', unpack 'x30 C4', $p; $rest = substr $p, 14 + 4 * (unpack('x14 C', $p) & 15);
            $in = grep { ($number & $_->[1]) == $_->[0] } @inside;
          } elsif ($type == 0x86dd && length $p > 54) {
            $protocol = unpack 'x20 C', $p; $to = inet_ntop(AF_INET6, substr $p, 38, 16); $rest = substr $p, 54;
            $in = $to =~ /^(ff|fe[89ab]|::1$)/;
          } else { next }
          my $port = $protocol =~ /^(6|17|132)$/ && length $rest > 3 ? unpack 'x2 n', $rest : 0;
          if ($protocol == 17 && ($port == 53 || $to eq '127.0.0.11') && length $rest > 20 && !(unpack('x10 C', $rest) & 128)) {
            my ($name, $at) = ('', 20);
            while ($at < length $rest) { my $n = unpack "x$at C", $rest; last if !$n || $n > 63; $name .= substr($rest, $at + 1, $n) . '.'; $at += $n + 1 }
            $name =~ s/[^!-~]/?/g; print "name $name\n" if length $name;
          } elsif (!$in) { print "packet $protocol $to $port\n" }
        }
        """;

    private static readonly string[] Everywhere = ["0.0.0.0/32", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32"];

    public static string NameOf(string node) => node + "-listener";

    public static async Task StartAsync(
        EngineClient engine,
        ClusterPlan plan,
        PreparedNode node,
        string image,
        CancellationToken cancellationToken
    )
    {
        IEnumerable<string> inside = plan
            .Network.Ranges.Concat(plan.Config.Networking.PodRanges)
            .Concat(plan.Config.Networking.ServiceRanges)
            .Select(static range => range.ToString())
            .Concat(Everywhere);
        ContainerSpec spec = new(NameOf(node.Plan.Name), image)
        {
            Labels = new Dictionary<string, string>
            {
                [ClusterLabels.Cluster] = plan.Name,
                [ClusterLabels.Owner] = plan.Name,
                [ClusterLabels.Creation] = plan.Creation,
            },
            // It stays when it cannot hear, and so says nothing: a node's own end is another thing.
            Entrypoint =
            [
                "bash",
                "-c",
                "ip route add default via \"$1\"; shift; perl -e \"$@\"; exec sleep infinity",
                "listen",
                plan.Network.Range.At(1).ToString(),
                Program,
            ],
            Command = [.. inside],
            StopSignal = "SIGKILL",
            Privileged = true,
            SecurityOptions = ["seccomp=unconfined", "apparmor=unconfined"],
            Network = "container:" + node.Container.Id,
        };
        string id = await engine.Containers.CreateAsync(spec, cancellationToken).ConfigureAwait(false);
        await new ClusterNode(engine, id, spec.Name).StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What it heard so far, a line each.</summary>
    public static async Task<string> ReadAsync(EngineClient engine, string node, CancellationToken cancellationToken)
    {
        using NodeWords heard = new(node, "listen");
        await engine.Containers.CopyLogAsync(NameOf(node), follow: false, heard, heard, cancellationToken).ConfigureAwait(false);
        return heard.ToString();
    }
}
