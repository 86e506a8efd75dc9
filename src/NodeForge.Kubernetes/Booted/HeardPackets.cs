namespace NodeForge.Kubernetes.Booted;

/// <summary>What a listener in a node's network says, a line for each packet.</summary>
public static class HeardPackets
{
    /// <summary>The listener's first line, once it hears.</summary>
    public const string Listening = "listening";

    /// <param name="log">Lines of <c>name NAME</c> and <c>packet PROTOCOL ADDRESS PORT</c>.</param>
    /// <returns>Whether anybody listened, and each name and place once, most often heard first.</returns>
    public static (bool Heard, IReadOnlyList<SentPackets> Sent) Read(string log)
    {
        string[] lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        IEnumerable<SentPackets> sent = lines
            .Select(static line =>
                line.Split(' ') switch
                {
                    ["name", var name] => (What: name.TrimEnd('.').ToLowerInvariant(), IsName: true),
                    ["packet", var protocol, var address, var port] => (
                        What: $"{Protocol(protocol)} {address}{(port == "0" ? "" : " port " + port)}",
                        IsName: false
                    ),
                    _ => default,
                }
            )
            .Where(static packet => packet.What is not null && !(packet.IsName && IsProbe(packet.What)))
            .GroupBy(static packet => packet)
            .Select(static group => new SentPackets(group.Key.What, group.Key.IsName, group.Count()));
        return (
            lines.Contains(Listening),
            [.. sent.OrderByDescending(static packet => packet.Count).ThenBy(static packet => packet.What, StringComparer.Ordinal)]
        );
    }

    // CoreDNS asks for two random numbers at its start, to see whether the question comes back to itself (its plugin loop). No name ends in
    // a number, and nobody waits for an answer.
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
