using System.Globalization;

namespace NodeForge.Kubernetes.Booted;

/// <summary>What the listener in a node has heard: its file.</summary>
public static class HeardPackets
{
    /// <summary>The file's first line, while the listener hears.</summary>
    public const string Listening = "listening";

    private const string Node = "-";

    // Of one name or place; as many of them as a file holds can be added up.
    private const long MostCounted = 1_000_000_000_000;

    /// <param name="file">Lines of <c>COUNT LAST ASKER name NAME</c> and <c>COUNT LAST ASKER packet PROTOCOL ADDRESS PORT</c>: LAST in
    /// seconds since 1970, ASKER a pod's address or <c>-</c>.</param>
    /// <returns>Whether anybody listens, and each name and place once for each asker, most often heard first.</returns>
    public static (bool Heard, IReadOnlyList<SentPackets> Sent) Read(string file)
    {
        string[] lines = file.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        IEnumerable<SentPackets> sent = lines
            .Select(static line => Of(line.Split(' ')))
            .OfType<SentPackets>()
            .Where(static packet => !(packet.IsName && IsProbe(packet.What)));
        return (
            lines is [Listening, ..],
            [
                .. sent.OrderByDescending(static packet => packet.Count)
                    .ThenBy(static packet => packet.What, StringComparer.Ordinal)
                    .ThenBy(static packet => packet.Pod, StringComparer.Ordinal),
            ]
        );
    }

    /// <summary>Whether a name is one that nobody outside is asked for: of a node, of the cluster's services, or a number.</summary>
    public static bool IsOfTheCluster(string name, IReadOnlyCollection<string> nodes) =>
        nodes.Contains(name)
        || name == "localhost"
        || name.EndsWith(".cluster.local", StringComparison.Ordinal)
        || name.EndsWith(".svc", StringComparison.Ordinal)
        || name.EndsWith(".in-addr.arpa", StringComparison.Ordinal)
        || name.EndsWith(".ip6.arpa", StringComparison.Ordinal);

    private static SentPackets? Of(string[] columns)
    {
        if (
            columns is not [var number, var seconds, var asker, .. var rest]
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            || count > MostCounted
            || !long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out long last)
            || last > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        )
            return null;
        SentPackets? sent = rest switch
        {
            ["name", var name] => new(name.TrimEnd('.').ToLowerInvariant(), IsName: true, count),
            ["packet", var protocol, var address, var port] => new(
                $"{Protocol(protocol)} {address}{(port == "0" ? "" : " port " + port)}",
                IsName: false,
                count
            ),
            ["more"] => new("other names and places", IsName: false, count), // the listener's own limits
            _ => null,
        };
        return sent is null ? null : sent with { Pod = asker == Node ? null : asker, Last = DateTimeOffset.FromUnixTimeSeconds(last) };
    }

    // CoreDNS asks for two random numbers at its start, to see whether the question comes back to itself (its plugin loop). No name ends
    // in a number, and nobody waits for an answer.
    private static bool IsProbe(string name) =>
        name.Split('.') is [var first, var second] && first.All(char.IsAsciiDigit) && second.All(char.IsAsciiDigit);

    // IANA's numbers.
    private static string Protocol(string number) =>
        number switch
        {
            "1" => "icmp",
            "6" => "tcp",
            "17" => "udp",
            "58" => "icmp6",
            "132" => "sctp",
            _ => "protocol " + number,
        };
}
